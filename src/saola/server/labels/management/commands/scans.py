"""`saola-server scans ship|days`: what waits for the warehouse goes now; what it counted by day."""

import csv
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saola.server.labels.warehouse import Unsent, days, ship, wanted
from saola.server.places.office import code_of


class Command(BaseCommand):
    help = "Lượt quét: gửi ngay những gì đang chờ sang kho, hoặc đếm theo ngày."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["ship", "days"])
        parser.add_argument("--province", default=code_of(None), help="mã tỉnh")
        parser.add_argument("since", nargs="?", type=date.fromisoformat, default=date(2026, 1, 1))

    def handle(self, *args: Any, **options: Any) -> None:
        if not wanted():
            raise CommandError("Chưa đặt SAOLA_CLICKHOUSE hoặc SAOLA_SCANS.")
        try:
            if options["act"] == "ship":
                self.stdout.write(f"{ship()} lượt quét")
                return
            writer = csv.writer(sys.stdout)
            writer.writerow(("day", "gtin", "area", "scans", "devices"))
            writer.writerows(days(options["since"], options["province"]))
        except Unsent as fault:
            raise CommandError(str(fault)) from None
