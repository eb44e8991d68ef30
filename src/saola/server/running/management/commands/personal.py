"""`saola-server personal register|about|erase`: which fields say something of a person, all that is
kept about one account, what is past its days."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saola.server.accounts.models import User
from saola.server.running.personal import about, erase_over, register


class Command(BaseCommand):
    help = "Dữ liệu cá nhân: danh mục trường và mục đích, dữ liệu của một người, xóa khi hết hạn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("register", help="in danh mục: trường, mục đích, ai xem, giữ bao lâu")
        one = acts.add_parser("about", help="mọi điều hệ thống giữ về một tài khoản (JSON)")
        one.add_argument("username")
        acts.add_parser("erase", help="xóa những gì đã hết hạn (máy chủ tự làm mỗi giờ)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "register":
            for one in register():
                kept = f"{one.days} ngày từ {one.after}" if one.erase else "theo luật lưu trữ"
                names = ", ".join(one.fields)
                self.stdout.write(f"{one.model}: {names} | {one.purpose} | {one.seen_by} | {kept}")
        elif options["act"] == "about":
            user = User.objects.filter(username=options["username"]).first()
            if user is None:
                raise CommandError("Không có tài khoản này.")
            self.stdout.write(json.dumps(about(user), ensure_ascii=False, indent=1))
        else:
            done = erase_over()
            told = ", ".join(f"{model} {count}" for model, count in done.items())
            self.stdout.write(f"Đã xóa: {told or 'không có gì'}.")
