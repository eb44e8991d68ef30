"""`saola-server demo`: prepares the demonstration province where it is missing, then serves it."""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from saola.server.accounts.models import User
from saola.server.demo.people import PASSWORD, PEOPLE, load_people
from saola.server.demo.plan import load_plan
from saola.server.demo.real import load_map, load_products, load_session_2024
from saola.server.demo.sample import load_sample
from saola.server.demo.trace import load_chain
from saola.server.demo.trade import load_trade
from saola.server.places.actions import load_places
from saola.server.running.supervisor import prepare, serve

# each is one transaction: a start that was broken off goes on where it stopped
STAGES: tuple[tuple[str, Callable[[], None]], ...] = (
    ("đơn vị hành chính", lambda: load_places("14", settings.OCOP["province_name"])),
    ("sản phẩm có thật của Sơn La", load_products),
    ("phiên năm 2024", load_session_2024),
    ("bản đồ sơ lược", load_map),
    ("tài khoản dùng thử", load_people),
    ("phiên minh họa", load_sample),
    ("chuỗi chè minh họa", load_chain),
    ("thị trường và truyền thông minh họa", load_trade),
    ("phương án minh họa", load_plan),
)


class Command(BaseCommand):
    help = "Mở tỉnh minh họa: dựng dữ liệu nếu chưa có rồi phục vụ ở một địa chỉ."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("Chế độ minh họa không chạy trên bản vận hành thật.")
        if "SAOLA_DATABASE_URL" in os.environ and "SAOLA_MODE" not in os.environ:
            raise CommandError(
                "Đã chỉ định cơ sở dữ liệu mà chưa đặt SAOLA_MODE. Muốn nạp dữ liệu minh họa vào "
                "đó, hãy đặt SAOLA_MODE=demo."
            )
        prepare(self.stdout.write)
        if User.objects.filter(is_demo=False).exists():
            raise CommandError(
                "Cơ sở dữ liệu này có tài khoản thật nên không nạp dữ liệu minh họa vào."
            )
        for name, load in STAGES:
            self.stdout.write(f"… {name}")
            load()
        if options["prepare_only"]:
            return
        address = f"http://127.0.0.1:{options['port']}"
        accounts = ", ".join(["chuthe", *(p[0] for p in PEOPLE), "hd1 … hd9"])
        self.stdout.write(f"\nSaola: {address}\nTài khoản: {accounts}\nMật khẩu: {PASSWORD}\n")
        serve("127.0.0.1", options["port"])
