"""`saola-server backup FOLDER`: database, files and keys, of one moment."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saola.server.running.backup import Broken, make


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu, tệp và khóa vào một thư mục; chạy được khi máy chủ đang chạy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            make(options["folder"], self.stdout.write)
        except (Broken, OSError) as fault:
            raise CommandError(str(fault)) from fault
