"""`saola-server papers`: makes every paper of recognition that is still missing."""

from typing import Any

from django.core.management.base import BaseCommand

from saola.server.recognition import prints
from saola.server.recognition.models import Certificate, Decision, Notice


class Command(BaseCommand):
    help = "In những văn bản còn thiếu: quyết định, giấy chứng nhận, thông báo."

    def handle(self, *args: Any, **options: Any) -> None:
        own = Decision.objects.exclude(kind=Decision.Kind.MINISTRY)
        made = 0
        for rows, make in (
            (own, prints.decision),
            (Certificate.objects.all(), prints.certificate),
            (Notice.objects.all(), prints.notice),
        ):
            for pk in rows.filter(file=None).values_list("pk", flat=True):
                make(pk)
                made += 1
        self.stdout.write(f"Đã in {made} văn bản còn thiếu.")
