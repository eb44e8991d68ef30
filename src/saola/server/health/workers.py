"""Background tasks outlive their worker: what a dead one had begun is taken up by another."""

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

BEATS, ALIVE = 10.0, 60  # seconds between signs of life, and for which one counts
LATELY = timedelta(hours=1)  # older failures are somebody's to look at
MOST_STARTS = 3  # a task that ends its worker each time is given up
AWAY = ("django.db.utils.OperationalError", "django.db.utils.InterfaceError")


def alive(worker: str) -> None:
    """This worker lives."""
    cache.set(f"worker:{worker}", 1, ALIVE)


@transaction.atomic
def take_up() -> int:
    """Make ready again what was running on workers that show no life any more, and what failed
    because the database was away; how many. Each task can be done again without harm."""
    lost = Q(status=TaskResultStatus.RUNNING) | Q(
        status=TaskResultStatus.FAILED,
        exception_class_path__in=AWAY,
        finished_at__gt=timezone.now() - LATELY,
    )
    rows = list(DBTaskResult.objects.select_for_update().filter(lost))
    signs = cache.get_many({f"worker:{row.worker_ids[-1]}" for row in rows if row.worker_ids})
    count = 0
    for row in rows:
        running = row.status == TaskResultStatus.RUNNING
        if running and row.worker_ids and f"worker:{row.worker_ids[-1]}" in signs:
            continue
        given_up = len(row.worker_ids) >= MOST_STARTS
        if given_up and not running:
            continue
        row.status = TaskResultStatus.FAILED if given_up else TaskResultStatus.READY
        row.started_at = None if not given_up else row.started_at
        row.finished_at = timezone.now() if given_up else None
        row.save(update_fields=["status", "started_at", "finished_at"])
        count += not given_up
    return count
