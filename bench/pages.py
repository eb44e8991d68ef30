"""`make bench`: library and server measured on data of its own; prints the table of docs/performance.md.

CPU is that of the server's own processes and of PostgreSQL's, read from the kernel before and
after a row of requests. Absolute figures are goals for a quiet machine of two cores; counts and
ratios are what decides.
"""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from bench.councils import (  # noqa: E402
    measure_board,
    measure_certificates,
    measure_scorers,
    measure_tablets,
)
from bench.events import measure as measure_events  # noqa: E402
from bench.planning import measure as measure_planning  # noqa: E402
from bench.register import measure as measure_register  # noqa: E402
from bench.trace import measure as measure_trace  # noqa: E402
from bench.upload import measure as measure_upload  # noqa: E402
from tools.with_postgres import cluster, free_port  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def library() -> None:
    """Loading of sheets, and panels of nine."""
    from saola.criteria.load import load, raw, sheet_ids
    from saola.scoring import member_sheet, panel, score
    from saola.server.demo.marks import choices_for

    ids = sheet_ids()
    load.cache_clear()
    start = time.perf_counter()
    for sheet_id in ids:
        load(sheet_id)
    every = time.perf_counter() - start
    load.cache_clear()
    start = time.perf_counter()
    tea = load("26-2026-che-tuoi-che-che-bien")
    one = time.perf_counter() - start
    start = time.perf_counter()
    for sheet_id in ids:
        raw(sheet_id)
    floor = time.perf_counter() - start
    sheets = []
    for n in range(9):
        marks = {
            c: tea.by_id[c].choice(o).points
            for c, o in choices_for(tea, 78 + n % 3, stars=4).items()
        }
        sheets.append(member_sheet(tea, f"TV{n}", marks))
    made = panel(tea, sheets)
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(100_000):
        score(made)
    print("\n| library | measured | budget |\n|---|---|---|")
    print(f"| load one sheet | {one * 1000:.1f} ms | 3 ms |")
    print(
        f"| load all 78, warm | {every * 1000:.0f} ms ({every / floor:.1f} × parsing their JSON) | 150 ms |"
    )
    print(
        f"| 100,000 panels of nine on sheet 11 | {time.process_time() - cpu:.1f} s CPU, {time.perf_counter() - start:.1f} s | 60 s |"
    )


def lists() -> None:
    """An office's list of 20,000 rows, read from XLSX, beside the bare reader."""
    import io
    import resource

    import python_calamine
    import xlsxwriter

    from saola.lists import read_list

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(
        0, 0, ["STT", "Tên sản phẩm", "Chủ thể", "Xã", "Huyện", "Điểm", "Hạng", "Quyết định"]
    )
    for n in range(20_000):
        row = [
            n + 1,
            f"Chè Shan tuyết số {n}",
            f"HTX Nông nghiệp {n // 3}",
            "Xã Hua La",
            "Thành phố Sơn La",
        ]
        sheet.write_row(n + 1, 0, [*row, "71,5", "4 sao", "3073/QĐ-UBND ngày 31/12/2020"])
    book.close()
    content = buffer.getvalue()
    start = time.perf_counter()
    found = python_calamine.load_workbook(io.BytesIO(content))
    rows = len(found.get_sheet_by_index(0).to_python())
    floor = time.perf_counter() - start
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    reading = read_list(content)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - idle
    assert len(reading.rows) == rows - 1
    print(
        f"| list of 20,000 rows from XLSX, understood | {took:.1f} s ({took / floor:.0f} × the bare reader), {peak:.0f} MiB above idle | 10 s, 200 MiB |"
    )


def cpu_of(pids: list[int]) -> float:
    """CPU seconds of processes and of their ended children."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICK
    return total


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            children.append(int(stat.parent.name))
    return [pid, *(p for child in children for p in family(child))]


def private_mib(pids: list[int]) -> float:
    """Memory that only these processes have (unique set)."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(kb) for kb in re.findall(r"Private_\w+:\s+(\d+)", text))
    return total / 1024


class Visitor:
    """One signed-in client with a kept connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Cookie": cookie, "Accept-Encoding": "gzip, br"}

    def get(self, path: str) -> bytes:
        self.line.request("GET", path, headers=self.headers)
        answer = self.line.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return body

    def post(self, path: str, data: dict[str, str]) -> int:
        body = urllib.parse.urlencode(data)
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        self.line.request("POST", path, body, headers)
        answer = self.line.getresponse()
        answer.read()
        return answer.status


def timed(deed: Callable[[], object]) -> float:
    """Milliseconds of one deed."""
    start = time.perf_counter()
    deed()
    return (time.perf_counter() - start) * 1000


def percentiles(times: list[float]) -> str:
    """p50 / p95 in ms."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f} / {ordered[int(len(ordered) * 0.95)]:.0f}"


class Bench:
    """A running server with the data set."""

    def __init__(
        self, port: int, server: int, postgres: Callable[[], list[int]], facts: dict
    ) -> None:
        self.port, self.server, self.postgres, self.facts = port, server, postgres, facts

    def cpu(self) -> float:
        return cpu_of(family(self.server)) + cpu_of(self.postgres())

    def row(
        self,
        name: str,
        goal: str,
        deeds: Callable[[int], Callable[[], object]],
        sql: int,
        size: str,
    ) -> float:
        """One line of the table; returns CPU milliseconds a request."""
        alone = deeds(0)
        slow = "export" in name
        rounds, each = (6, 1) if slow else (40, 8)
        for _ in range(1 if slow else 6):
            alone()
        before, times = self.cpu(), []
        for _ in range(rounds):
            times.append(timed(alone))
        cpu = (self.cpu() - before) / rounds * 1000
        many: list[float] = []

        def work(number: int) -> None:
            deed = deeds(number)
            for _ in range(each):
                many.append(timed(deed))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(
            f"| {name} | {sql} | {cpu:.0f} ms | {percentiles(times)} | {percentiles(many)} | {size} | {goal} |",
            flush=True,
        )
        return cpu


def counts(facts: dict) -> dict[str, int]:
    """SQL statements of each page, by Django's own client on the same database."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from saola.server.accounts.models import User

    found = {}
    for name, (user, path, data) in facts["pages"].items():
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(
            User.objects.get(username=user), backend="saola.server.accounts.backends.Accounts"
        ) if user else None
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.post(path, data) if data else client.get(path)
            if answer.streaming:
                b"".join(answer.streaming_content)
        assert answer.status_code in (200, 302), (name, answer.status_code)
        found[name] = len(captured)
    return found


def session_cookie(username: str) -> str:
    """The cookies of a signed-in session."""
    from saola.server.accounts.models import User
    from tools.crowd_seed import session

    return f"sessionid={session(User.objects.get(username=username))}; csrftoken={'a' * 32}"


def server(url: str, folder: Path) -> None:
    """Build the data, start three workers, measure."""
    os.environ.update(
        SAOLA_MODE="production",
        SAOLA_SECRET_KEY="b" * 60,
        SAOLA_SERIAL_KEY="ab" * 32,
        SAOLA_FIELD_KEYS="ZmZm" * 10 + "ZmY=",
        SAOLA_BASE_URL="https://127.0.0.1",
        SAOLA_HOSTS="127.0.0.1",
        SAOLA_DATABASE_URL=url,
        SAOLA_DATA=str(folder),
        DJANGO_SETTINGS_MODULE="saola.server.config.settings",
        SAOLA_WORKERS="3",
    )
    import django

    django.setup()
    from bench.data import build
    from saola.server.running.supervisor import prepare

    prepare(lambda text: None)
    start = time.perf_counter()
    ids = build()
    print(f"data set built in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    port = free_port()
    log = (folder / "log").open("wb")
    running = subprocess.Popen(
        [sys.executable, "-m", "saola.server.manage", "serve", "--port", str(port)],
        stdout=log,
        stderr=log,
    )
    try:
        for _ in range(100):
            try:
                Visitor(port, "").get("/")
                break
            except (OSError, AssertionError):
                time.sleep(0.2)
        measure(port, running.pid, ids)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def measure(port: int, pid: int, ids: dict[str, int]) -> None:
    """The table of pages."""
    from saola.server.councils.models import AgendaItem
    from saola.server.demo.marks import choices_for

    postgres = lambda: [  # noqa: E731 - asked again and again
        int(p.parent.name)
        for p in Path("/proc").glob("[0-9]*/cmdline")
        if b"postgres" in p.read_bytes()
    ]
    item = AgendaItem.objects.get(pk=ids["open_item"])
    choices = choices_for(item.dossier.criteria_set, 80, stars=4)
    form = {f"c-{c}": o for c, o in choices.items()} | {"csrfmiddlewaretoken": "a" * 32, "save": ""}
    matrix, sheet = (
        f"/hoi-dong/phien/{ids['session']}/bang-tong-hop/",
        f"/hoi-dong/muc/{ids['open_item']}/phieu/",
    )
    export = f"/hoi-dong/phien/{ids['session']}/diem."
    pages = {
        "sign-in page (floor)": ("", "/dang-nhap/", None),
        "list: office queue, all": ("officer", "/can-bo/?tat-ca", None),
        "list: council session, 200 rows": ("m0", f"/hoi-dong/phien/{ids['session']}/", None),
        "register": ("", "/so-dang-ky/", None),
        "score sheet": ("m0", sheet, None),
        "save a sheet": ("m0", sheet, form | {"revision": "0"}),
        "matrix 200 × 9": ("m0", matrix, None),
        "export all marks, CSV": ("m0", export + "csv", None),
        "export all marks, XLSX": ("m0", export + "xlsx", None),
    }
    goals = {
        "list: office queue, all": "≤ 150 ms, ≤ 12",
        "list: council session, 200 rows": "≤ 150 ms, ≤ 12",
        "register": "≤ 150 ms, ≤ 12",
        "score sheet": "≤ 60 ms, ≤ 15",
        "save a sheet": "≤ 30 ms, ≤ 12",
        "matrix 200 × 9": "≤ 250 ms",
        "export all marks, CSV": "≤ 1.5 s, ≤ 10",
        "export all marks, XLSX": "≤ 4 s, ≤ 10",
    }
    sql = counts({"pages": pages})
    cookies = {user: session_cookie(user) for user in ("officer", "m0")} | {"": ""}
    web = family(
        next(p for p in family(pid) if b"granian" in Path(f"/proc/{p}/cmdline").read_bytes())
    )
    memory = private_mib(web)
    bench = Bench(port, pid, postgres, ids)
    print(
        "\n| page | SQL | CPU/request | 1 client p50 / p95 ms | 16 clients p50 / p95 ms | bytes (gzip) | budget |\n|---|---|---|---|---|---|---|"
    )
    used = {}
    for name, (user, path, data) in pages.items():
        size = ""
        if data is None:
            size = f"{len(Visitor(port, cookies[user]).get(path)):,}"

        def deeds(
            number: int, user: str = user, path: str = path, data: dict | None = data
        ) -> Callable[[], object]:
            visitor = Visitor(port, cookies[user])
            if data is None:
                return lambda: visitor.get(path)
            return lambda: saved(visitor, path, data)

        used[name] = bench.row(name, goals.get(name, ""), deeds, sql[name], size)
    floor = used.pop("sign-in page (floor)")
    print(
        "\n- ratio of CPU to the sign-in page of the same run: "
        + ", ".join(f"{n} {c / floor:.1f}" for n, c in used.items())
    )
    print(
        f"- memory (unique set): web master + 3 workers {memory:.0f} MiB at start, {private_mib(web):.0f} MiB after load (budget 350); task worker and supervisor {private_mib([p for p in family(pid) if p not in web]):.0f} MiB"
    )
    first_visit(port)
    measure_upload(
        port,
        session_cookie("p0"),
        Path(os.environ["SAOLA_DATA"]) / "uploads",
        lambda: private_mib(web),
    )
    print("\n| councils | measured | goal |\n|---|---|---|")
    screens = session_cookie("m0")
    measure_board(port, matrix, lambda _name: screens, lambda: attendance(ids), bench.cpu)
    measure_tablets(port, session_cookie, bench.cpu)
    measure_certificates()
    measure_events()
    measure_trace()
    measure_register()


def attendance(ids: dict[str, int]) -> None:
    """Something that the board shows changes."""
    from saola.server.councils.models import Attendance

    row = Attendance.objects.filter(session=ids["session"]).last()
    row.present = not row.present
    row.save()


REVISION: dict[int, int] = {}
LOCK = threading.Lock()


def saved(visitor: Visitor, path: str, data: dict[str, str]) -> None:
    """A save that changes something: the remark. A stale revision (409) is a lawful answer with
    16 clients on one sheet."""
    with LOCK:
        REVISION[0] = REVISION.get(0, 1) + 1
        number = REVISION[0]
    status = visitor.post(path, data | {"remark": f"lần {number}", "revision": str(number - 1)})
    assert status in (302, 409), status


def first_visit(port: int) -> None:
    """Compressed bytes of HTML, CSS and JS on a first visit."""
    visitor = Visitor(port, "")
    parts = {}
    for path in ("/", "/so-dang-ky/", "/bo-tieu-chi/26-2026-che-tuoi-che-che-bien/"):
        import gzip

        body = visitor.get(path)
        html = gzip.decompress(body).decode()
        links = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html))
        parts[path] = len(body) + sum(len(visitor.get(link)) for link in links)
    print(
        "- first visit, HTML + CSS + JS compressed (budget 120 kB): "
        + ", ".join(f"{p} {b / 1000:.0f} kB" for p, b in parts.items())
    )


def main() -> None:
    print(f"machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    library()
    lists()
    measure_scorers()
    measure_planning()
    with tempfile.TemporaryDirectory() as folder, cluster() as url:
        server(url, Path(folder))
    print(json.dumps({"data": "200 products × 9 members × 32 criteria = 57,600 marks"}))


if __name__ == "__main__":
    main()
