"""Long work as people see it: how far, stopped when asked, taken up when its worker died."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from saola.server.health import workers
from saola.server.labels import prints
from saola.server.labels.models import Print, Roll
from saola.server.web.common.templatetags.ui import how_far
from saola.server.works import progress


@pytest.fixture(autouse=True)
def _data(db: None, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def test_a_bar_while_it_goes_on_and_nothing_after() -> None:
    with progress.Progress("print-1", 200) as note:
        note._next = 0.0
        note(50)
        assert progress.seen("print-1") == (50, 200)
        assert "25 %" in how_far("print", 1)
    assert progress.seen("print-1") is None
    assert how_far("print", 1) == ""


def test_a_stop_left_behind_blocks_nothing_for_good() -> None:
    died = progress.Progress("list-3", 10)
    died(3)
    assert progress.stop("list-3")  # and the worker is no more
    with pytest.raises(progress.Stopped), progress.Progress("list-3", 10):
        pass
    with progress.Progress("list-3", 10):
        assert progress.seen("list-3") == (0, 10)


def test_it_stops_where_somebody_asked() -> None:
    assert not progress.stop("print-2")
    with progress.Progress("print-2", 10) as note:
        assert progress.stop("print-2")
        note._next = 0.0
        with pytest.raises(progress.Stopped):
            note(5)
    assert progress.seen("print-2") is None
    assert not progress.stop("print-2")


@pytest.mark.slow
def test_a_print_of_labels_is_stopped_and_made_again(db: None, monkeypatch: Any) -> None:
    from tests.server.test_labels import Farm, roll_of

    roll: Roll = roll_of(Farm(), 3000)
    row = Print.objects.create(roll=roll, sheet="a4-65", carrier="qr")
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    asked = threading.Event()

    def ask() -> None:
        while not asked.is_set():
            if progress.stop(f"print-{row.pk}"):
                asked.set()

    asking = threading.Thread(target=ask)
    asking.start()
    prints.make(row.pk)
    asking.join()
    row.refresh_from_db()
    assert (row.file_id, row.fault) == (None, prints.STOPPED)


def task(status: str, *worker_ids: str, fault: str = "") -> DBTaskResult:
    made = DBTaskResult.objects.create(
        status=status, args_kwargs={"args": [1], "kwargs": {}}, priority=0, queue_name="default",
        task_path="saola.server.labels.tasks.make_print", backend_name="default",
        worker_ids=list(worker_ids), exception_class_path=fault,
        finished_at=timezone.now() if status == TaskResultStatus.FAILED else None,
        started_at=timezone.now() - timedelta(minutes=5),
    )  # fmt: skip
    return made


def test_what_a_dead_worker_had_is_taken_up_three_times_at_most(db: None) -> None:
    workers.alive("lives")
    running = TaskResultStatus.RUNNING
    lives, dead, often = task(running, "lives"), task(running, "dead"), task(running, "a", "b", "c")
    away = task(TaskResultStatus.FAILED, "x", fault="django.db.utils.OperationalError")
    broken = task(TaskResultStatus.FAILED, "x", fault="builtins.ValueError")

    assert workers.take_up() == 2

    for row, status in (
        (lives, running), (dead, TaskResultStatus.READY), (often, TaskResultStatus.FAILED),
        (away, TaskResultStatus.READY), (broken, TaskResultStatus.FAILED),
    ):  # fmt: skip
        row.refresh_from_db()
        assert row.status == status
    assert workers.take_up() == 0
    cache.clear()
