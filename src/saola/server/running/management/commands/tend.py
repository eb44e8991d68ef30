"""`saola-server tend`: what is looked after all the time beside web and tasks: events for
subscribers, messages to many, scans that wait to be counted; by the hour links to shops, tasks
whose day is near, names that products are found by."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from saola.server.accounts.sendings import forget
from saola.server.events.subscriptions import deliver
from saola.server.health import workers
from saola.server.health.facts import beat
from saola.server.labels.scans import gather
from saola.server.labels.warehouse import ship
from saola.server.market.links import check_due
from saola.server.outreach import questions
from saola.server.outreach.mailings import deliver_due
from saola.server.outreach.tasks import remind
from saola.server.products.models import Product
from saola.server.products.search import refill
from saola.server.running.personal import erase_over
from saola.server.traceability.index import Followed

PAUSE = 1  # seconds between looks at subscriptions
MINUTE = 60  # between looks at scans
HOUR = 3600
log = logging.getLogger("saola.tend")


class Command(BaseCommand):
    help = "Gửi sự kiện mới cho bên đăng ký nhận; đếm lượt quét. Chạy cùng máy chủ web."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="một lượt rồi thôi")

    def handle(self, *args: Any, **options: Any) -> None:
        count_at = hour_at = 0.0
        goods = Followed()
        while True:
            try:
                beat()
                deliver()
                deliver_due()
                if time.monotonic() >= count_at:
                    gather()
                    self._ship()
                    workers.take_up()
                    goods.look()
                    count_at = time.monotonic() + MINUTE
                if time.monotonic() >= hour_at:
                    check_due()
                    remind(timezone.localdate())
                    questions.remind(timezone.localdate())
                    refill(Product.objects.all())
                    forget()
                    erase_over()
                    hour_at = time.monotonic() + HOUR
            except Exception:  # the database is away, a disk is full: the next turn tries again
                if options["once"]:
                    raise
                log.exception("tending failed")
                time.sleep(MINUTE)
            if options["once"]:
                return
            connection.close()  # none is held while nothing is to do
            time.sleep(PAUSE)

    def _ship(self) -> None:
        try:
            ship()
        except Exception as fault:  # the next minute tries again; nothing else waits for it
            log.warning("scans not sent: %s", fault)
