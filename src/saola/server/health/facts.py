"""What tells whether the house works: queues, clocks, disk, backups. Counts and ages alone: nothing
of a person or a dossier."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from saola.server.dossiers.models import Dossier
from saola.server.events.models import Head, Job
from saola.server.labels.models import ScanCount
from saola.server.notices.models import Message

MINUTE, HOUR, DAY = 60, 3600, 86_400
BEAT = "tend.beat"  # touched by what tends, with each turn


@dataclass(frozen=True, slots=True)
class Fact:
    """One number with its name for machines and its words; `bad` where somebody has to act, with
    what to do."""

    name: str
    value: float
    words: str | Promise
    bad: bool = False
    todo: str | Promise = ""


def facts() -> list[Fact]:
    """All of them; a few statements."""
    return [*_queue(), *_messages(), *_work(), *_machine()]


def beat() -> None:
    """What tends is alive."""
    (Path(settings.DATA) / BEAT).touch()


def ready() -> str:
    """Why this process should not be asked: the database is away, or its tables are not those of
    the program; "" where it should."""
    try:
        executor = MigrationExecutor(connection)
        left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as fault:
        return f"database: {type(fault).__name__}"
    return f"{len(left)} migrations are not applied" if left else ""


def _age(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def _queue() -> Iterator[Fact]:
    rows = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    oldest = _age(rows.aggregate(at=Min("enqueued_at"))["at"])
    yield Fact(
        "queue_oldest_seconds", oldest, _("giây: việc nền chờ lâu nhất"), oldest > 10 * MINUTE,
        _("Xem tiến trình db_worker còn chạy không; khởi động lại dịch vụ."),
    )  # fmt: skip
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gte=timezone.now() - timedelta(days=1)
    ).count()
    yield Fact(
        "tasks_failed_day", failed, _("việc nền hỏng trong 24 giờ"), failed > 0,
        _("Xem nhật ký máy chủ; sửa xong thì làm lại từ trang của việc đó."),
    )  # fmt: skip
    file = Path(settings.DATA) / BEAT
    silent = time.time() - file.stat().st_mtime if file.exists() else 0.0
    yield Fact(
        "tend_silent_seconds", silent, _("giây: phần gửi tin và đếm lượt quét không có tín hiệu"),
        silent > 5 * MINUTE, _("Khởi động lại dịch vụ; xem nhật ký của saola.tend."),
    )  # fmt: skip


def _messages() -> Iterator[Fact]:
    waiting = Message.objects.filter(sending=Message.Sending.WAITING)
    yield Fact("messages_waiting", waiting.count(), _("thư đang chờ gửi"))
    failed = Message.objects.filter(sending=Message.Sending.FAILED).count()
    yield Fact("messages_failed", failed, _("thư không gửi được"))


def _work() -> Iterator[Fact]:
    today = timezone.localdate()
    late = Dossier.objects.pending().filter(due_on__lt=today, paused_on=None).count()
    yield Fact("dossiers_late", late, _("hồ sơ quá hạn của bước"))
    head = Head.objects.filter(pk=1).first()
    yield Fact("events_last", head.last if head else 0, _("số thứ tự sự kiện cuối"))
    open_jobs = Job.objects.filter(finished_at=None)
    oldest = _age(open_jobs.aggregate(at=Min("created_at"))["at"])
    yield Fact(
        "capture_oldest_seconds", oldest, _("giây: tệp sự kiện chờ ghi lâu nhất"),
        oldest > 10 * MINUTE, _("Xem tiến trình db_worker; việc dở dang tự làm lại khi khởi động."),
    )  # fmt: skip
    scans = ScanCount.objects.filter(day=today).aggregate(n=Sum("times"))["n"]
    yield Fact("scans_today", scans or 0, _("lượt quét đã đếm hôm nay"))


def _machine() -> Iterator[Fact]:
    disk = shutil.disk_usage(settings.DATA)
    free = disk.free / disk.total
    yield Fact(
        "disk_free_ratio", round(free, 4), _("phần đĩa còn trống"), free < 0.1,
        _("Dọn hoặc thêm đĩa trước khi hết chỗ: hết chỗ thì không nhận tệp nữa."),
    )  # fmt: skip
    last = last_backup()
    age = (datetime.now(UTC) - last).total_seconds() if last else -1.0
    yield Fact(
        "backup_age_seconds", age, _("giây từ bản sao lưu cuối (-1: chưa có)"),
        bool(settings.BACKUPS) and not 0 <= age < 2 * DAY,
        _("Chạy saola-server backup; xem hẹn giờ sao lưu."),
    )  # fmt: skip


def last_backup() -> datetime | None:
    """When the newest whole one in SAOLA_BACKUPS was begun."""
    if not settings.BACKUPS:
        return None
    names = sorted(one.parent.name for one in Path(settings.BACKUPS).glob("*/manifest.json"))
    for name in reversed(names):
        try:
            return datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
