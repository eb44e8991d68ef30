"""`saola-server front`: this machine answers scanned codes without a database; SAOLA_FRONT_OF names
the main site, SAOLA_FRONT_TOKEN opens it."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from saola.server.running.supervisor import lay_static
from saola.server.web.resolver import published
from saola.server.web.resolver.front import Main, tend

WORKERS = os.environ.get("SAOLA_WORKERS", "2")


class Command(BaseCommand):
    help = "Máy ở phía trước: trả lời mã quét từ bản đã phát hành, không cần cơ sở dữ liệu."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8080)

    def handle(self, *args: Any, **options: Any) -> None:
        main = os.environ.get("SAOLA_FRONT_OF", "")
        if not main or not settings.FRONT_TOKEN:
            raise CommandError("Hãy đặt SAOLA_FRONT_OF (địa chỉ máy chính) và SAOLA_FRONT_TOKEN.")
        if settings.MODE == "production" and not main.startswith("https://"):
            raise CommandError("SAOLA_FRONT_OF phải là địa chỉ https.")
        if not published.sound(published.file()):  # changed or broken: all is fetched anew
            self.stderr.write("bản phát hành không khớp (does not add up), sẽ tải lại toàn bộ")
            published.forget(published.file())
        lay_static(self.stdout.write)
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options["host"]]
        web += ["--port", str(options["port"]), "--workers", WORKERS, "--blocking-threads", "1"]
        web += ["--respawn-failed-workers", "--log-level", "warning", "--no-ws"]
        web += ["saola.server.config.front:application"]
        serving = subprocess.Popen(web, start_new_session=True)  # noqa: S603 - our own words
        asked = False

        def stop(*_told: Any) -> None:
            nonlocal asked
            asked = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        try:
            tend(Main(main), lambda: asked or serving.poll() is not None)
        finally:
            if serving.poll() is None:
                os.killpg(serving.pid, signal.SIGTERM)
                serving.wait(15)
        if not asked:
            raise CommandError("Phần web đã dừng.")
