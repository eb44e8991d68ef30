"""`saola-server events token|end|months|verify|seal|distribute`: tokens of machines, months, the
chain, the spreading over machines."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from saola.server.events import partitions
from saola.server.events.chain import broken_at, seal
from saola.server.events.models import Access, Head
from saola.server.events.tokens import end_token, make_token
from saola.server.places.office import code_of
from saola.server.products.models import Producer


class Command(BaseCommand):
    help = "Kho sự kiện truy xuất: cấp và ngừng mã truy cập, mở tháng mới, kiểm tra chuỗi băm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        token = acts.add_parser("token", help="cấp mã truy cập, in ra một lần")
        token.add_argument("name")
        token.add_argument("--province", default=code_of(None), help="mã tỉnh")
        token.add_argument("--producer", type=int, help="chỉ chuỗi của chủ thể này")
        token.add_argument("--capture", action="store_true", help="được ghi sự kiện")
        token.add_argument("--public", action="store_true", help="ai cũng đọc được sự kiện đã ghi")
        ending = acts.add_parser("end", help="ngừng một mã truy cập")
        ending.add_argument("number", type=int)
        acts.add_parser("months", help="mở sẵn các tháng tới (PostgreSQL)")
        acts.add_parser("verify", help="tính lại chuỗi băm của mọi sự kiện")
        acts.add_parser("seal", help="công bố chuỗi băm của ngày hôm qua")
        spread = acts.add_parser("distribute", help="trải bảng sự kiện ra nhiều máy (Citus)")
        spread.add_argument("--print", action="store_true", help="chỉ in câu lệnh")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _token(self, options: dict[str, Any]) -> None:
        producer = None
        if options["producer"] is not None:
            producer = Producer.objects.filter(pk=options["producer"]).first()
            if producer is None:
                raise CommandError("Không có chủ thể này.")
        access, secret = make_token(
            options["name"],
            int(code_of(producer.place) if producer else options["province"]),
            producer=producer,
            may_capture=options["capture"],
            public=options["public"],
        )
        self.stdout.write(f"{access.pk} {secret}")

    def _end(self, options: dict[str, Any]) -> None:
        access = Access.objects.filter(pk=options["number"], ended_at=None).first()
        if access is None:
            raise CommandError("Không có mã truy cập này, hoặc đã ngừng.")
        end_token(access)
        self.stdout.write(f"Đã ngừng {access.name}.")

    def _months(self, options: dict[str, Any]) -> None:
        if connection.vendor == "postgresql":
            today = timezone.localdate()
            with connection.cursor() as cursor:
                partitions.add_months(cursor, today.year, today.month)
                partitions.protect(cursor)

    def _distribute(self, options: dict[str, Any]) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Chỉ trải được trên PostgreSQL.")
        with transaction.atomic(), connection.cursor() as cursor:
            faults = list(partitions.hindrances(cursor))
            if faults:
                raise CommandError("Chưa trải được:\n" + "\n".join(faults))
            wanted = list(partitions.statements(cursor))
            if options["print"]:
                self.stdout.write("\n".join(f"{one};" for one in wanted))
                return
            if not partitions.there(cursor):
                raise CommandError(
                    "Cơ sở dữ liệu này chưa có phần mở rộng citus: CREATE EXTENSION citus."
                )
            for one in wanted:
                cursor.execute(one)
        self.stdout.write("Đã trải bảng sự kiện.")

    def _seal(self, options: dict[str, Any]) -> None:
        done = seal(timezone.localdate() - timedelta(days=1))
        self.stdout.write(f"{done.day} {done.last}:{bytes(done.chain).hex()}")

    def _verify(self, options: dict[str, Any]) -> None:
        seq = broken_at()
        if seq is not None:
            raise CommandError(f"Sự kiện số {seq} không khớp với mã băm hoặc chuỗi băm.")
        head = Head.objects.filter(pk=1).first()
        told = f"{head.last}:{bytes(head.chain).hex()}" if head else "0:"
        self.stdout.write(f"Mọi sự kiện khớp. {told}")
