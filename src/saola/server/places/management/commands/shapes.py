"""`saola-server shapes FILE SOURCE`: outlines of communes for the map, from GeoJSON."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saola.lifecycle.machine import Refused
from saola.server.places.shapes import load_shapes


class Command(BaseCommand):
    help = "Nạp ranh giới xã, phường cho bản đồ từ tệp GeoJSON (thuộc tính code là mã xã)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("source", help="nguồn của ranh giới, hiện dưới bản đồ")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_shapes(options["file"].read_bytes(), options["source"])
        except (OSError, Refused) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"Đã nạp ranh giới của {count} xã, phường.")
