"""`saola-server publish`: what machines in front serve from, brought up to date."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from saola.server.web.resolver.published import publish

PAUSE = 10  # seconds between looks
log = logging.getLogger("saola.front")


class Command(BaseCommand):
    help = "Phát hành liên kết, tem, lô và trang truy xuất cho các máy ở phía trước."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", action="store_true", help="làm mãi, mười giây một lần")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            try:
                changed = publish()
            except Exception:  # the database is away, a disk is full: the next turn tries again
                if not options["keep"]:
                    raise
                log.exception("publishing failed")
                connection.close()
                changed = 0
            if not options["keep"]:
                self.stdout.write(f"{changed} mục đổi")
                return
            time.sleep(PAUSE)
