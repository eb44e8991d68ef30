"""`saola-server province CODE NAME`: a province with its communes, from a list where it is not
Sơn La."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.places.actions import add_communes, load_places
from saola.server.places.models import Place
from saola.server.places.office import DIGITS


class Command(BaseCommand):
    help = "Ghi một tỉnh, thành phố; xã, phường của tỉnh khác Sơn La lấy từ tệp CSV (code,name)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="mã hai chữ số, như 14")
        parser.add_argument("name", help="tên không kèm chữ Tỉnh, Thành phố")
        parser.add_argument("--city", action="store_true", help="là thành phố")
        parser.add_argument("--communes", type=Path, help="tệp CSV có cột code và name, UTF-8")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["code"]
        if not (len(code) == DIGITS and code.isdecimal()):
            raise CommandError("Mã tỉnh có hai chữ số.")
        try:
            with transaction.atomic():
                load_places(code, options["name"], city=options["city"])
                if options["communes"]:
                    with options["communes"].open(encoding="utf-8-sig", newline="") as file:
                        rows = [
                            ((row["code"] or "").strip(), (row["name"] or "").strip())
                            for row in csv.DictReader(file)
                        ]
                    add_communes(code, rows)
        except KeyError as missing:
            raise CommandError(f"Tệp không có cột {missing}.") from None
        except (OSError, ValueError, csv.Error, Refused) as fault:
            raise CommandError(str(fault)) from None
        count = Place.objects.communes().filter(province_code=code).count()
        if not count:
            self.stderr.write("Tỉnh này chưa có xã nào: chạy lại với --communes TỆP.")
        self.stdout.write(f"{code}: {count} xã, phường đang có.")
