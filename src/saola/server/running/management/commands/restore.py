"""`saola-server restore BACKUP`: everything back, then looked at as a whole."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from saola.server.running.backup import Broken, restore


class Command(BaseCommand):
    help = "Khôi phục một bản sao vào cơ sở dữ liệu trống và thư mục trống, rồi kiểm tra toàn bộ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["backup"], self.stdout.write)
        except (Broken, OSError) as fault:
            raise CommandError(str(fault)) from fault
        call_command("verify", stdout=self.stdout, stderr=self.stderr)
