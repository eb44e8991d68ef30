"""`saola-server holiday DAY NAME`: a day off, or with --works a day worked in exchange."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from saola.server.places.calendar import forget
from saola.server.places.models import Holiday


class Command(BaseCommand):
    help = "Ghi một ngày nghỉ; đồng hồ ngày làm việc bỏ qua ngày đó."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("name")
        parser.add_argument("--works", action="store_true", help="ngày làm bù, không nghỉ")

    def handle(self, *args: Any, **options: Any) -> None:
        told = {"name": options["name"], "works": options["works"]}
        Holiday.objects.update_or_create(day=options["day"], defaults=told)
        forget()
        self.stdout.write(f"{options['day']}: {options['name']}")
