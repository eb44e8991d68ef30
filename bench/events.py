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
NAMED = 5  # rows of what is named beside each event: two things, two places, its id
LARGE = 50 * 1024 * 1024  # bytes of the large document

WORKERS = 2  # processes that capture at once
EACH = 3  # documents of each

CAPTURER = """
import sys, uuid
import django; django.setup()
from saola.server.events import jobs
first, *others = map(uuid.UUID, sys.argv[1:])
jobs.run(first)
print("ready", flush=True)
sys.stdin.readline()
for job in others:
    jobs.run(job)
"""
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
    from saola.server.events.models import Access, Event, Mention
    from saola.server.events.store import EVENT_COLUMNS, MENTION_COLUMNS

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
    floors, wholes, rates, cpu = [], [], [], []
    for number in range(1, 4):
        rows = _ready_copy(Event, EVENT_COLUMNS, COUNT)
        named = _ready_copy(Mention, list(MENTION_COLUMNS), COUNT * NAMED)
        floors.append(COUNT / rows)
        wholes.append(COUNT / (rows + named))
        wall, used = captured(document(made_up(number * COUNT, COUNT)))
        rates.append(COUNT / wall)
        cpu.append(COUNT / used)
    again, _ = captured(first)
    floor, whole, rate = map(statistics.median, (floors, wholes, rates))
    both = _together(access)
    print("\n| events | measured | goal |\n|---|---|---|")
    print(
        f"| capture of {COUNT:,} events: read, checked, hashed, written with what they name | "
        f"{rate:,.0f} events/s ({statistics.median(cpu):,.0f} per CPU-second of the worker), {WORKERS} workers at once "
        f"{both:,.0f}/s; {rate / whole:.0%} and {both / whole:.0%} of one ready COPY of the same "
        f"rows, those of what is named among them ({whole:,.0f}/s), {both / floor:.0%} of the event "
        f"rows alone ({floor:,.0f}/s) | "
        f"≥ 5,000/s, ≥ 40 % |"
    )
    print(f"| the same document again, nothing written | {COUNT / again:,.0f} events/s | – |")
    while Event.objects.count() < HISTORY:
        captured(document(made_up(10**6 + Event.objects.count(), COUNT)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what the database does by itself in quiet hours
    history(f"among {HISTORY:,} events")
    _large(access)


def history(where: str) -> float:
    """Everything that happened to one thing: the numbers by its key, then the events; the median in
    milliseconds."""
    from django.db import connection

    from saola.server.events.store import key_of

    times, bare = [], []
    with connection.cursor() as cursor:
        for number in range(500):
            started = time.perf_counter()
            cursor.execute("SELECT 1")
            cursor.fetchall()
            bare.append((time.perf_counter() - started) * 1000)
            key = key_of(f"https://id.gs1.org/01/08938500000010/21/{number * 37}")
            started = time.perf_counter()
            cursor.execute(
                "SELECT seq FROM events_mention WHERE key = %s ORDER BY seq DESC LIMIT 50", [key]
            )
            seqs = ", ".join(str(seq) for (seq,) in cursor.fetchall())
            cursor.execute(f"SELECT document FROM events_event WHERE seq IN ({seqs})")
            assert cursor.fetchall()
            times.append((time.perf_counter() - started) * 1000)
    print(
        f"| history of one thing {where}, two questions | median {statistics.median(times):.2f} ms, "
        f"two questions for nothing {2 * statistics.median(bare):.2f} ms | ≤ 0.2 ms |",
        flush=True,
    )
    return statistics.median(times)


def _together(access: Any) -> float:
    """Events per second of workers that capture at once, as the service runs them."""
    jobs = [
        [
            str(_job(document(made_up(10**7 + COUNT * (worker * 10 + n), count)), access).pk)
            for n, count in enumerate([100, *[COUNT] * EACH])
        ]
        for worker in range(WORKERS)
    ]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", CAPTURER, *of_worker],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for of_worker in jobs
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert [worker.wait() for worker in workers] == [0] * WORKERS
    return WORKERS * EACH * COUNT / (time.perf_counter() - started)


def _ready_copy(model: Any, columns: list[str], count: int) -> float:
    """Seconds of one COPY of so many rows that are ready, into their table; undone after."""
    from django.db import connection, transaction

    table, at = model._meta.db_table, columns.index("seq")
    names = ", ".join(columns)
    buffer = io.BytesIO()
    with transaction.atomic(), connection.cursor() as cursor:
        select = f"SELECT {names} FROM {table} ORDER BY seq LIMIT {count}"
        with cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
            for block in copy:
                buffer.write(block)
    lines = buffer.getvalue().splitlines(keepends=True)
    per_event = count // COUNT
    moved = b"".join(
        b"\t".join(
            str(10**16 + n // per_event).encode() if column == at else cell
            for column, cell in enumerate(line.split(b"\t"))
        )
        for n, line in enumerate(lines)
    )
    started = time.perf_counter()
    try:
        with transaction.atomic():
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
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
