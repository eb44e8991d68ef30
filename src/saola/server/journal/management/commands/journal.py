"""`saola-server journal verify`: proves the journal whole, or names what is not."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from saola.server.journal.models import Entry, Head
from saola.server.journal.record import faults

WORDS = {
    "altered": "bị sửa nội dung",
    "removed": "bị xóa",
    "inserted": "bị chèn vào hoặc không nối với dòng trước",
}


class Command(BaseCommand):
    help = "Kiểm tra nhật ký: dòng bị sửa, xóa hoặc chèn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument(
            "--head", default="", help="SỐ:HASH của một dòng đã in ra và giữ ở nơi khác"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        number, _, kept = options["head"].partition(":")
        if kept and not Entry.objects.filter(number=number, hash=kept).exists():
            self.stderr.write(f"dòng {number}: không còn hash đã giữ {kept}")
            sys.exit(1)
        for fault in found:
            entry = Entry.objects.filter(number=fault.number).first()
            what = f" ({entry.act} {entry.subject})" if entry else ""
            self.stderr.write(f"dòng {fault.number}{what}: {WORDS[fault.kind]}")
        head = Head.objects.get(pk=1)
        if found:
            sys.exit(1)
        self.stdout.write(
            f"Nhật ký toàn vẹn: {head.number} dòng, hash cuối {head.number}:{head.hash}"
        )
