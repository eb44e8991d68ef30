"""Captures on PostgreSQL that meet each other, and one that is killed while it writes."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.events import document, made_up
from tools.with_postgres import BINARIES, cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BINARIES / "postgres").exists(), reason="no postgresql-15"),
]
COUNT = 4000
BEGIN = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("events", "months")
from saola.server.events.models import Access
Access.objects.create(name="thử", digest="thử", province=14, may_capture=True)
"""
PLACE = """
import sys, uuid
import django; django.setup()
from saola.server.events.models import Access, Job
from saola.server.files.store import keep
source = keep(open(sys.argv[1], "rb").read(), "thu.json", "application/json")
for _ in range(int(sys.argv[2])):
    job = Job.objects.create(id=uuid.uuid4(), access=Access.objects.get(), source=source, behaviour="rollback")
    print(job.pk)
"""
RUN = """
import sys, uuid
import django; django.setup()
from saola.server.events import jobs, store
if len(sys.argv) > 2:  # tell when writing begins, and write slowly
    import time
    plain = store.insert
    def told(table, columns, rows):
        plain(table, columns, rows)
        print("written", flush=True)
        time.sleep(0.5)
    store.insert = told
jobs.run(uuid.UUID(sys.argv[1]))
"""
LOOK = """
import django; django.setup()
from saola.server.events.models import Event, Job, Mention
print(Event.objects.count(), Mention.objects.count() and 1, *sorted(
    f"{job.finished_at is not None}:{job.success}:{job.stored}:{job.known}" for job in Job.objects.all()))
"""


class Place:
    """A repository in a cluster of its own, worked on by other processes."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "SAOLA_MODE": "test", "SAOLA_DATA": str(folder), "SAOLA_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        }  # fmt: skip
        self.said(BEGIN)

    def started(self, code: str, *arguments: str) -> Any:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, text=True
        )  # fmt: skip

    def said(self, code: str, *arguments: str) -> list[str]:
        running = self.started(code, *arguments)
        out, _ = running.communicate(timeout=120)
        assert running.returncode == 0
        return str(out).split()

    def jobs(self, count: int) -> list[str]:
        file = self.folder / f"{uuid.uuid4()}.json"
        file.write_bytes(document(made_up(0, COUNT)))
        return self.said(PLACE, str(file), str(count))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with cluster() as address:
        yield Place(tmp_path, address)


def test_the_same_file_twice_at_once_is_kept_once(place: Place) -> None:
    both = [place.started(RUN, job) for job in place.jobs(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    events, _, *jobs = place.said(LOOK)
    assert int(events) == COUNT
    assert sorted(jobs) == sorted([f"True:True:{COUNT}:0", f"True:True:0:{COUNT}"])


def test_killed_while_it_writes_nothing_is_half_there(place: Place) -> None:
    (job,) = place.jobs(1)
    running = place.started(RUN, job, "slowly")
    assert running.stdout.readline().strip() == "written"
    running.send_signal(signal.SIGKILL)
    running.wait(20)
    time.sleep(1)  # the database finds the line cut
    assert place.said(LOOK) == ["0", "0", "False:True:0:0"]
    place.said(RUN, job)
    assert place.said(LOOK) == [str(COUNT), "1", f"True:True:{COUNT}:0"]


def test_the_service_s_own_role_changes_no_event(tmp_path: Path) -> None:
    """Not even as the owner of the tables, whatever the triggers do."""
    with cluster() as address:
        with psycopg.connect(address, autocommit=True) as superuser:
            superuser.execute("CREATE ROLE app LOGIN")
            superuser.execute("CREATE DATABASE app OWNER app")
        own = address.replace("saola@", "app@").replace("/postgres", "/app")
        place = Place(tmp_path, own)
        (job,) = place.jobs(1)
        place.said(RUN, job)
        for change in (
            "DELETE FROM events_event", "UPDATE events_event SET public = true",
            "TRUNCATE events_mention", "DELETE FROM events_mention",
        ):  # fmt: skip
            with (
                psycopg.connect(own) as service,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                service.execute(change)
        assert place.said(LOOK)[0] == str(COUNT)
