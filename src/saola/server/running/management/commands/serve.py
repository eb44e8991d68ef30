"""`saola-server serve`: the production start; refuses what is unsafe."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from saola.server.accounts.models import User
from saola.server.running.supervisor import prepare, serve


class Command(BaseCommand):
    help = "Chạy máy chủ thật: web và việc nền, cùng sống cùng tắt."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "production":
            raise CommandError("Hãy đặt SAOLA_MODE=production, hoặc dùng: saola-server demo")
        prepare(self.stdout.write)
        if User.objects.filter(is_demo=True).exists():
            raise CommandError(
                "Cơ sở dữ liệu này có tài khoản dùng thử, không mở trên bản vận hành thật được. "
                "Hãy dùng cơ sở dữ liệu mới."
            )
        serve(options["host"], options["port"])
