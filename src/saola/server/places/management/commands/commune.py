"""`saola-server commune merge`: notes that communes became one."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saola.server.places.actions import merge_communes
from saola.server.places.models import Place


class Command(BaseCommand):
    help = "Ghi việc nhập xã: commune merge MÃ TÊN --of MÃ MÃ --on NGÀY --by VĂN BẢN"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("deed", choices=["merge"])
        parser.add_argument("code")
        parser.add_argument("name")
        parser.add_argument("--of", nargs="+", required=True)
        parser.add_argument("--on", type=date.fromisoformat, required=True)
        parser.add_argument("--by", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        olds = list(Place.objects.communes().filter(code__in=options["of"]))
        if len(olds) != len(set(options["of"])):
            raise CommandError("Có mã không phải xã, phường đang có.")
        new = merge_communes(olds, options["code"], options["name"], options["on"], options["by"])
        self.stdout.write(f"{new.name} ({new.code}) thay {', '.join(old.name for old in olds)}.")
