"""`saola-server account NAME FULL_NAME --role ROLE --scope SCOPE`: an account with a role."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.accounts.models import User
from saola.server.accounts.roles import ROLES


class Command(BaseCommand):
    help = (
        "Tạo tài khoản nếu chưa có và giao một vai trò. Mật khẩu hỏi ở bàn phím hoặc đọc từ stdin."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument("--email", default="", help="để nhận thông báo")
        parser.add_argument("--role", required=True, choices=sorted(ROLES))
        parser.add_argument("--scope", required=True, help="place:14, place:03868, producer:7 …")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            typed = getpass.getpass("Mật khẩu: ") if sys.stdin.isatty() else sys.stdin.readline()
            password = typed.rstrip("\n")
            try:
                validate_password(password)
            except ValidationError as weak:
                raise CommandError("\n".join(weak.messages)) from None
            user = User.objects.create_user(
                options["username"], password, full_name=options["full_name"]
            )
        if options["email"]:
            try:
                validate_email(options["email"])
            except ValidationError:
                raise CommandError("Địa chỉ thư điện tử chưa đúng.") from None
            user.email = options["email"]
            user.save(update_fields=["email"])
        try:
            grant(user, options["role"], options["scope"])
        except Refused as refused:
            raise CommandError(refused.reason) from None
        self.stdout.write(f"{user.username}: {options['role']} {options['scope']}")
