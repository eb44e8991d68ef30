"""`saola-server verify`: everything that must hold holds; names what does not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from saola.server.running.verifying import LOOKS


class Command(BaseCommand):
    help = "Kiểm tra toàn bộ: nhật ký, phiếu, kết quả, sự kiện, tệp, bước hồ sơ, giấy chứng nhận."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for name, look in LOOKS:
            faults = list(look())
            for line in faults:
                self.stderr.write(line)
            broken += len(faults)
            self.stdout.write(f"{'✗' if faults else '✓'} {name}")
        if broken:
            self.stderr.write(f"{broken} chỗ sai. Đừng sửa gì; giữ bản sao rồi gọi người vận hành.")
            sys.exit(1)
        self.stdout.write("Mọi thứ khớp.")
