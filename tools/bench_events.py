"""The repository of events measured: capture against a ready COPY of the same rows, the history of
one thing, memory for a large document. Run by bench.py within its PostgreSQL cluster."""

import io
import json
import random
import statistics
import subprocess
import sys
import time
import uuid
from typing import Any

COUNT = 20_000  # events of one document
HISTORY = 200_000  # events kept when the history of one thing is asked for
LARGE = 50 * 1024 * 1024  # bytes of the large document

CHILD = """
import sys, uuid
import django; django.setup()
from saola.server.events import jobs
jobs.run(uuid.UUID(sys.argv[1]))
lines = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""


def made_up(first: int, count: int) -> list[dict[str, Any]]:
    """Events of a cooperative: two things each, places, a transaction."""
    chance = random.Random(first)
    return [
        {
            "type": "ObjectEvent",
            "eventTime": f"2026-{1 + n % 12:02}-{1 + n % 28:02}T11:{n % 60:02}:00.000+07:00",
            "eventTimeZoneOffset": "+07:00",
            "epcList": [
                f"https://id.gs1.org/01/08938500000010/21/{first + n}",
                f"https://id.gs1.org/01/08938500000010/21/{chance.randrange(10**10)}",
            ],
            "action": "OBSERVE",
            "bizStep": "shipping",
            "disposition": "in_transit",
            "readPoint": {"id": "https://id.gs1.org/414/8938500000003"},
            "bizLocation": {"id": f"https://id.gs1.org/414/8938500000003/254/{n % 50}"},
            "bizTransactionList": [
                {"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:8938500000003:{n}"}
            ],
        }
        for n in range(count)
    ]


def document(events: list[dict[str, Any]]) -> bytes:
    """A capture document."""
    context = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    return json.dumps(
        {
            "@context": context,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-24T00:00:00Z",
            "epcisBody": {"eventList": events},
        }
    ).encode()


def measure() -> None:
    """Print the rows of docs/performance.md."""
    from django.db import connection

    from saola.server.events import jobs
    from saola.server.events.models import Access, Event
    from saola.server.events.store import EVENT_COLUMNS, key_of

    access = Access.objects.create(name="đo", digest="đo", province=14, may_capture=True)

    def captured(content: bytes) -> Any:
        job = _job(content, access)
        started, used = time.perf_counter(), time.process_time()
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.success, job.errors[:1]
        return time.perf_counter() - started, time.process_time() - used

    first = document(made_up(0, COUNT))
    captured(first)
    floors, rates, cpu = [], [], []
    for number in range(1, 4):
        floors.append(COUNT / _ready_copy(EVENT_COLUMNS))
        wall, used = captured(document(made_up(number * COUNT, COUNT)))
        rates.append(COUNT / wall)
        cpu.append(COUNT / used)
    again, _ = captured(first)
    floor, rate = statistics.median(floors), statistics.median(rates)
    print(
        f"| capture of {COUNT:,} events: read, checked, hashed, written with what they name | "
        f"{rate:,.0f} events/s ({statistics.median(cpu):,.0f} per CPU-second of the worker); "
        f"{rate / floor:.0%} of one ready COPY ({floor:,.0f}/s) | ≥ 5,000/s, ≥ 40 % |"
    )
    print(f"| the same document again, nothing written | {COUNT / again:,.0f} events/s | – |")
    while Event.objects.count() < HISTORY:
        captured(document(made_up(10**6 + Event.objects.count(), COUNT)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        times = []
        for number in range(500):
            key = key_of(f"https://id.gs1.org/01/08938500000010/21/{number * 37}")
            started = time.perf_counter()
            cursor.execute(
                "SELECT e.document FROM events_mention m JOIN events_event e ON e.seq = m.seq "
                "WHERE m.key = %s ORDER BY m.seq DESC LIMIT 50",
                [key],
            )
            assert cursor.fetchall()
            times.append((time.perf_counter() - started) * 1000)
    print(
        f"| history of one thing among {HISTORY:,} events | median {statistics.median(times):.2f} "
        f"ms | ≤ 0.2 ms |"
    )
    _large(access)


def _ready_copy(columns: list[str]) -> float:
    """Seconds of one COPY of COUNT rows that are ready, into the table of events; undone after."""
    from django.db import connection, transaction

    from saola.server.events.models import Event

    names = ", ".join(columns)
    buffer = io.BytesIO()
    with transaction.atomic(), connection.cursor() as cursor:
        rows = Event.objects.order_by("seq")[:COUNT].query.sql_with_params()
        with cursor.copy(f"COPY ({rows[0] % rows[1]}) TO STDOUT") as copy:
            for block in copy:
                buffer.write(block)
    lines = buffer.getvalue().splitlines(keepends=True)
    moved = b"".join(
        str(10**16 + n).encode() + line[line.index(b"\t") :] for n, line in enumerate(lines)
    )
    started = time.perf_counter()
    try:
        with transaction.atomic():
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY events_event ({names}) FROM STDIN") as copy,
            ):
                copy.write(moved)
            taken = time.perf_counter() - started
            raise _Undone
    except _Undone:
        return taken


def _job(content: bytes, access: Any) -> Any:
    """A job that nobody has taken up yet."""
    from saola.server.events.models import Job
    from saola.server.files.store import keep

    source = keep(content, "đo.json", "application/json")
    return Job.objects.create(pk=uuid.uuid4(), access=access, source=source, behaviour="rollback")


class _Undone(Exception):
    pass


def _large(access: Any) -> None:
    """A document of 50 MB in a process of its own: its peak of memory."""
    one = len(json.dumps(made_up(0, 100))) / 100
    content = document(made_up(10**8, int(LARGE / one)))
    job = _job(content, access)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(job.pk)], capture_output=True, text=True, check=True
    )
    wall = time.perf_counter() - started
    job.refresh_from_db()
    assert job.success
    print(
        f"| a document of {len(content) / 1024 / 1024:.0f} MB, {job.stored:,} events, all or "
        f"nothing | {wall:.0f} s, the worker's peak {done.stdout.strip()} MiB | < 300 MiB |"
    )


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    measure()
