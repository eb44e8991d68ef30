"""Resolver, scan page, labels and lot trees measured, each beside its floor in the same run. Run by
bench.py within its PostgreSQL cluster, or alone: tools/with_postgres.py -- python bench/trace.py"""

import os
import random
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tools.with_postgres import free_port  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS, REQUESTS, ROUNDS = 64, 20_000, 5
LABELS = 100_000
LEVELS, LOTS = 7, 125_000  # two lots go into each lot of the next level: about 10⁶ edges
A4 = "a4-65"


def measure() -> None:
    """Print the rows of docs/performance.md."""
    producer, pack, lot = _chain()
    print("\n| from the code to the buyer | measured | goal |\n|---|---|---|")
    _labels(pack, lot)
    _trees()
    _web(pack, lot)
    del producer


def _chain() -> tuple[Any, Any, Any]:
    from django.utils import timezone

    from saola.server.accounts.actions import grant
    from saola.server.accounts.models import User
    from saola.server.products.models import Producer
    from saola.server.traceability import index
    from saola.server.traceability.goods import add_item
    from saola.server.traceability.logbook import Note, write_down

    user = User.objects.create(username="đo-truy-xuất", full_name="Đo")
    producer = Producer.objects.create(name="HTX đo", kind="cooperative", illustrative=True)
    grant(user, "producer", f"producer:{producer.pk}")
    user = User.objects.get(pk=user.pk)
    leaf = add_item(producer, {"name": "Búp", "unit": "KGM"}, by=user)
    pack = add_item(producer, {"name": "Chè gói 100 g", "net_kg": Decimal("0.1")}, by=user)
    at = timezone.now()
    first = write_down(
        producer, Note(uuid.uuid4(), "harvest", at, item=leaf, quantity=Decimal(10**6)), by=user
    )
    used = [(first.lot.uid, Decimal(10**5))]
    note = Note(uuid.uuid4(), "pack", at, item=pack, quantity=Decimal(10**6), used=used)
    lot = write_down(producer, note, by=user).lot
    index.publish()
    return producer, pack, lot


def _labels(pack: Any, lot: Any) -> None:
    from saola.server.accounts.models import User
    from saola.server.labels import rolls
    from saola.server.labels.printing import code_of
    from saola.server.labels.sheets import roll_pdf

    by = User.objects.get(username="đo-truy-xuất")
    roll = rolls.reserve(pack, LABELS, uuid.uuid4(), by=by, lot=lot)
    some = [
        rolls.label_link(roll, text)
        for _, text in zip(range(5000), rolls.serials_of(roll), strict=False)
    ]
    bare, ours = [], []
    small = rolls.reserve(pack, 5000, uuid.uuid4(), by=by, lot=lot)
    for _ in range(3):
        started = time.process_time()
        for text in some:
            bytes(memoryview(code_of(text, "qr").to_image(scale=1, add_quiet_zones=False)))
        bare.append(len(some) / (time.process_time() - started))
        started = time.process_time()
        roll_pdf(small, A4, "qr")
        ours.append(small.count / (time.process_time() - started))
    started = time.perf_counter()
    pdf = roll_pdf(roll, A4, "qr")
    wall = time.perf_counter() - started
    floor, rate = statistics.median(bare), statistics.median(ours)
    print(
        f"| labels on A4, serials and text among it | {rate:,.0f}/CPU-s, {rate / floor:.0%} of the bare "
        f"encoder ({floor:,.0f}) | ≥ 55 % |"
    )
    print(f"| {LABELS:,} labels as one PDF | {wall:.0f} s, {len(pdf) / 2**20:.0f} MiB | ≤ 60 s |")
    rolls.activate(rolls.printed(roll, by=by), lot, by=by)


def _trees() -> None:
    """Lots of seven levels, two of one level in each of the next; walked both ways."""
    from django.db import connection, transaction
    from django.utils import timezone

    from saola.epcis.mentions import Role
    from saola.server.events.models import MONTH, Mention
    from saola.server.events.store import EVENT_COLUMNS, MENTION_COLUMNS, insert
    from saola.server.events.tree import tree
    from saola.server.traceability.lineage import kin

    chance = random.Random(7)
    today = timezone.localdate()
    first = (today.year * 100 + today.month) * MONTH  # all in the partition of this month
    others = ", ".join(name for name in EVENT_COLUMNS if name != "seq")
    edges = 0
    with transaction.atomic():
        for level in range(1, LEVELS + 1):
            rows = []
            for number in range(LOTS // LEVELS * (2 if level == 1 else 1) * 4):
                seq = first + level * 10**8 + number
                rows.append((-(level * 10**9 + number), seq, int(Role.OUTPUT_CLASS)))
                rows.append((-(seq + 5 * 10**15), seq, int(Role.EVENT)))
                for used in {chance.randrange(LOTS // LEVELS * 4) for _ in "ab"}:
                    rows.append((-((level - 1) * 10**9 + used), seq, int(Role.INPUT_CLASS)))
                    edges += 1
            insert(Mention._meta.db_table, MENTION_COLUMNS, rows)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO events_event (seq, {others}) SELECT numbers.seq, {others} FROM "
                    f"unnest(%s::bigint[]) AS numbers(seq), "
                    f"(SELECT {others} FROM events_event LIMIT 1) AS one",
                    [sorted({seq for _key, seq, _role in rows})],
                )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_mention, events_event")
    for forward, level, name in ((False, LEVELS, "back"), (True, 0, "forward")):
        for what, walk in (("", tree), (", with who said it", kin)):
            times, reached = [], []
            for _ in range(200):
                key = -(level * 10**9 + chance.randrange(LOTS // LEVELS * 4))
                start: Any = SimpleNamespace(key=key) if what else key
                started = time.perf_counter()
                found = walk(start, forward=forward)
                times.append((time.perf_counter() - started) * 1000)
                reached.append(len(found.depth))
            times.sort()
            print(
                f"| lot tree {name}{what}, {LEVELS} levels among {edges:,} edges, {statistics.median(reached):.0f} "
                f"lots reached | median {statistics.median(times):.1f} ms, p95 {times[189]:.1f} ms "
                f"| p95 ≤ 50 ms |"
            )


def _web(pack: Any, lot: Any) -> None:
    from saola.server.labels.models import Roll
    from saola.server.labels.rolls import serials_of

    roll = Roll.objects.get(lot=lot, count=LABELS)
    paths = [
        f"/01/{pack.gtin}/21/{text}" for _, text in zip(range(2000), serials_of(roll), strict=False)
    ]
    pages = [f"/truy-xuat{path}" for path in paths]
    hello, site = (
        _server("bench.hello:application"),
        _server("saola.server.config.wsgi:application"),
    )
    try:
        rates: dict[str, list[tuple[float, float]]] = {"hello": [], "resolver": [], "page": []}
        for server, wanted in ((hello, ["/"]), (site, paths), (site, pages)):
            load(server[1], wanted, 500)
        for _ in range(ROUNDS):
            rates["hello"].append(_rate(hello, ["/"], REQUESTS))
            rates["resolver"].append(_rate(site, paths, REQUESTS))
            rates["page"].append(_rate(site, pages, REQUESTS // 5))
    finally:
        for process, _port in (hello, site):
            process.send_signal(signal.SIGTERM)
            process.wait(10)
    wall = {name: statistics.median(rate for rate, _ in rows) for name, rows in rates.items()}
    cpu = {name: statistics.median(rate for _, rate in rows) for name, rows in rates.items()}
    print(
        f"| resolver, {CONNECTIONS} connections | {wall['resolver']:,.0f}/s, {wall['resolver'] / wall['hello']:.0%} "
        f"of the same server's hello-world ({wall['hello']:,.0f}/s); by CPU {cpu['resolver'] / cpu['hello']:.0%} "
        f"| ≥ 80 % |"
    )
    print(
        f"| scan page from memory, the standing asked each time | {wall['page']:,.0f}/s, "
        f"{cpu['page']:,.0f} per CPU-second of the web server | ≥ 1,000/s |"
    )


def _server(target: str) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "1",
        "--log-level",
        "warning",
        "--no-ws",
        target,
    ]
    process = subprocess.Popen(command, cwd=ROOT)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, port
    raise RuntimeError("the server did not start")


def _rate(
    server: tuple[subprocess.Popen[bytes], int], paths: list[str], count: int
) -> tuple[float, float]:
    """Requests a second by the clock, and by the CPU of the server's processes."""
    process, port = server
    before, started = _cpu(process.pid), time.perf_counter()
    load(port, paths, count)
    wall, used = time.perf_counter() - started, _cpu(process.pid) - before
    return count / wall, count / max(used, 0.01)


def _cpu(pid: int) -> float:
    """Seconds of a process and its children."""
    total = 0.0
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    )
    for one in [str(pid), *children.stdout.split()]:
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def load(port: int, paths: list[str], count: int) -> None:
    """So many requests over 64 connections that stay open, one after the other on each."""
    selector = selectors.DefaultSelector()
    asked = answered = 0

    def ask(connection: socket.socket) -> None:
        nonlocal asked
        path = paths[asked % len(paths)]
        asked += 1
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode()
        )

    for _ in range(min(CONNECTIONS, count)):
        connection = socket.create_connection(("127.0.0.1", port))
        selector.register(connection, selectors.EVENT_READ, bytearray())
        ask(connection)
    while answered < count:
        for key, _ in selector.select():
            buffer: bytearray = key.data
            buffer += key.fileobj.recv(65536)  # type: ignore[union-attr]
            if _whole(buffer):
                answered += 1
                buffer.clear()
                if asked < count:
                    ask(key.fileobj)  # type: ignore[arg-type]
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]


def _whole(buffer: bytearray) -> bool:
    head, found, body = buffer.partition(b"\r\n\r\n")
    if not found:
        return False
    lowered = bytes(head).lower()
    assert lowered.startswith((b"http/1.1 200", b"http/1.1 307")), lowered[:200]
    at = lowered.find(b"content-length:")
    length = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return len(body) >= length


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("events", "months")
    measure()
