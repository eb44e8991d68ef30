"""`saola-server watch`: tells people of certificates whose renewal is due, and sends what waits."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from saola.server.councils.opinions import remind
from saola.server.drafts.merge import forget_old
from saola.server.events.chain import seal
from saola.server.notices.actions import send_waiting
from saola.server.recognition.watch import run

KEPT_FOR = timedelta(days=30)  # words of drafts, to be merged with a phone that comes back


class Command(BaseCommand):
    help = "Báo chủ thể, xã, tỉnh các giấy chứng nhận đến hạn đánh giá lại; gửi thư còn chờ."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--on", type=date.fromisoformat, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        told, reminded = run(on), remind(on)
        forget_old(timezone.now() - KEPT_FOR)
        sent = send_waiting()
        seal(timezone.localdate() - timedelta(days=1))
        self.stdout.write(
            f"Đã báo {told} giấy chứng nhận, nhắc {reminded} thành viên, gửi {sent} thư."
        )
