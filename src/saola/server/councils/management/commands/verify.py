"""`saola-server verify`: the journal is whole, and sheets and results agree with it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from saola.server.councils.reports.audit import discrepancies
from saola.server.journal.record import faults


class Command(BaseCommand):
    help = "Kiểm tra nhật ký, phiếu đã khóa và kết quả; tính lại từng kết quả."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = [f"nhật ký dòng {fault.number}: {fault.kind}" for fault in faults()]
        broken += discrepancies()
        for line in broken:
            self.stderr.write(line)
        if broken:
            sys.exit(1)
        self.stdout.write("Nhật ký toàn vẹn; phiếu đã khóa và kết quả khớp nhật ký, tính lại đúng.")
