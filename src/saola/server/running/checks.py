"""What `saola-server check --deploy` says of a production start: what is unsafe, missing, or will
be missed one day, each with what to set. What must not be at all is refused earlier, by the
environment itself."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from saola.server.places.models import Place
from saola.server.places.office import code_of, provinces

OLDEST = 150000  # PostgreSQL 15
LEAST_FREE = 0.1


@register(Tags.security, deploy=True)
def deployed(app_configs: Any, **_options: Any) -> list[CheckMessage]:
    """All of them."""
    return [*_mode(), *_database(), *_folders(), *_doors(), *_people(), *_offices()]


def _mode() -> Iterator[CheckMessage]:
    if settings.MODE != "production":
        yield Error("SAOLA_MODE chưa là production: tài khoản dùng thử mở được.", id="saola.E001")
    if settings.LABEL_URL == settings.BASE_URL:
        yield Warning(
            "SAOLA_LABEL_URL chưa đặt: mã in trên tem sẽ mang địa chỉ của trang chính.",
            hint="Một tên miền ngắn riêng cho tem giữ được khi đổi địa chỉ trang.",
            id="saola.W001",
        )


def _database() -> Iterator[CheckMessage]:
    if connection.vendor == "sqlite":
        yield Warning(
            "Đang dùng SQLite: một máy, một người ghi một lúc.",
            hint="Đặt SAOLA_DATABASE_URL=postgresql://… cho một tỉnh.",
            id="saola.W002",
        )
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        superuser = cursor.fetchone()[0]
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    if version < OLDEST:
        yield Error("PostgreSQL cũ hơn bản 15.", id="saola.E002")
    if superuser:
        yield Error(
            "Tài khoản cơ sở dữ liệu là superuser: bảng sự kiện không khóa quyền được.",
            hint="Tạo tài khoản thường sở hữu cơ sở dữ liệu.",
            id="saola.E003",
        )
    if fsync != "on":
        yield Error("PostgreSQL đang tắt fsync: mất điện là mất dữ liệu.", id="saola.E004")


def _folders() -> Iterator[CheckMessage]:
    folder = Path(settings.DATA)
    if folder.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        yield Error(
            f"Ai cũng vào được {folder}.", hint=f"chmod 750 {folder}", id="saola.E005"
        )  # fmt: skip
    disk = shutil.disk_usage(folder)
    if disk.free / disk.total < LEAST_FREE:
        yield Warning(f"Đĩa của {folder} còn dưới 10 %.", id="saola.W003")
    if not settings.BACKUPS:
        yield Warning(
            "SAOLA_BACKUPS chưa đặt: không ai biết bản sao lưu cũ đến đâu.", id="saola.W004"
        )
    elif Path(settings.BACKUPS).resolve().is_relative_to(folder):
        yield Error("Bản sao lưu nằm cùng chỗ với dữ liệu.", id="saola.E006")


def _doors() -> Iterator[CheckMessage]:
    if not settings.SCANNER:
        yield Warning(
            "SAOLA_SCANNER chưa đặt: tệp tải lên không được quét mã độc.", id="saola.W005"
        )
    if not settings.METRICS_TOKEN:
        yield Warning("SAOLA_METRICS_TOKEN chưa đặt: /metrics đóng.", id="saola.W006")


def _people() -> Iterator[CheckMessage]:
    if not settings.DEFAULT_FROM_EMAIL:
        yield Warning("SAOLA_SMTP chưa đặt: không gửi thư điện tử được.", id="saola.W007")
    if not settings.SIGNING.get("trust"):
        yield Warning("SAOLA_TRUST chưa đặt: không nhận văn bản ký số nào.", id="saola.W008")


def _offices() -> Iterator[CheckMessage]:
    home = code_of(None)
    if Place._meta.db_table not in connection.introspection.table_names():
        return  # before the first migration
    if not provinces().filter(code=home).exists():
        yield Warning(
            f"Chưa có tỉnh {home} trong danh mục đơn vị hành chính.",
            hint="saola-server province; tỉnh khác thì đặt province_code trong tệp của SAOLA_OCOP.",
            id="saola.W009",
        )
