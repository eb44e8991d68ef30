"""A machine in front answers scanned codes from what the main site published: the same pages, a recall
within seconds, what it counted once; and goes on when the main site is gone."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ha.test_fail_over import Site, site
from tests.slow.test_faults import get
from tools.with_postgres import free_port

PATIENCE = 0.3  # seconds that a front waits for one answer of the main site
SERVER = str(Path(sys.executable).with_name("saola-server"))
TOKEN = "t" * 40
SEED = """
import json
import django; django.setup()
from django.conf import settings
from saola.gs1.serials import serial
from saola.server.labels.models import Roll
from saola.server.traceability.models import Lot
from django.utils import timezone
from saola.server.labels.lookup import Standing, look_up
for roll in Roll.objects.select_related("item", "lot").filter(state="active").order_by("pk"):
    codes = [serial(settings.SERIAL_KEY, roll.pk, n) for n in range(40)]
    today = timezone.localdate()
    codes = [c for c in codes if look_up(roll.item.gtin, c, today).standing == Standing.FIRST]
    if len(codes) > 2:
        break
print(json.dumps([roll.item.gtin, roll.lot.code, roll.lot.pk, codes]))
"""
RECALL = """
import sys
import django; django.setup()
from django.utils import timezone
from saola.server.traceability.models import Lot
Lot.objects.filter(pk=int(sys.argv[1])).update(state="recalled", changed_at=timezone.now())
"""


@dataclass
class Pair:
    """The main site and one machine in front."""

    main: Site
    port: int
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def run(environment: dict[str, str], code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def began(pair_port: int, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [SERVER, "front", "--port", str(pair_port)]
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out)


def until(what: object, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.3)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with site("", tmp_path / "main", SAOLA_FRONT_TOKEN=TOKEN) as main:
        port, folder = free_port(), tmp_path / "front"
        folder.mkdir()
        for key in ("secret-key", "serial-key", "field-keys"):
            (folder / key).write_text((main.folder / key).read_text())
        environment = {**os.environ, "SAOLA_MODE": "demo", "SAOLA_DATA": str(folder),
                       "SAOLA_BASE_URL": main.address, "SAOLA_FRONT_OF": main.address,
                       "SAOLA_FRONT_TOKEN": TOKEN, "SAOLA_WORKERS": "1"}  # fmt: skip
        environment.pop("SAOLA_DATABASE_URL", None)
        process = began(port, environment, folder / "log")
        made = Pair(main, port, folder, environment, process)
        try:
            until(lambda: _healthy(made))
            yield made
        finally:
            made.process.send_signal(signal.SIGTERM)
            made.process.wait(20)
    assert not (folder / "saola.sqlite3").exists()  # no database of its own


def _healthy(pair: Pair) -> bool:
    try:
        return get(f"{pair.address}/healthz")[0] == 200
    except OSError:
        return False


def page(address: str, path: str) -> str:
    status, text = get(f"{address}/truy-xuat{path}", **{"Accept-Language": "vi"})
    assert status == 200, text
    return text


def test_a_machine_in_front(pair: Pair) -> None:
    import json

    gtin, lot, pk, codes = json.loads(run(pair.main.environment, SEED))
    serial, plain = f"/01/{gtin}/21/{codes[0]}", f"/01/{gtin}/10/{lot}"
    for path in (
        f"/01/{gtin}",
        serial,
        plain,
        f"/01/{gtin}?linkType=linkset",
        "/01/00000000000000",
    ):
        there, here = get(f"{pair.main.address}{path}"), get(f"{pair.address}{path}")
        assert there == here, path
    assert page(pair.address, plain) == page(pair.main.address, plain)
    # on a busy machine the main site is not asked again for a while after it was slow
    until(lambda: "Lần kiểm tra đầu tiên" in page(pair.address, serial), 55)
    assert get(f"{pair.address}/truy-xuat/01/09999999999994")[0] == 404
    assert get(f"{pair.address}/so-dang-ky/")[1] == f"{pair.main.address}/so-dang-ky/"
    assert get(f"{pair.main.address}/phat-hanh/")[0] == 404  # not without the token

    # a recall is known in front within seconds
    run(pair.main.environment, RECALL, str(pk))
    until(lambda: "đang bị thu hồi" in page(pair.address, plain))
    run(pair.main.environment, RECALL.replace('"recalled"', '"free"'), str(pk))
    until(lambda: "đang bị thu hồi" not in page(pair.address, plain))

    # what was counted here arrives there, once
    for name in (f"{1:010}-{'a' * 32}", f"{2:010}-{'b' * 32}"):
        line = {"at": "2026-11-20T03:00:00", "kind": "item", "gtin": gtin, "area": "14",
                "device": name[-16:], "roll": 0, "place": 0}  # fmt: skip
        (pair.folder / "scans").mkdir(exist_ok=True)
        (pair.folder / "scans" / f"{name}.scans").write_text(json.dumps(line) + "\n")
    until(lambda: not list((pair.folder / "scans").glob("000000000[12]*")))
    until(lambda: _counted(pair, gtin) == 2, 90)

    # a file that was changed is found when it starts again, and fetched anew
    pair.process.send_signal(signal.SIGTERM)
    pair.process.wait(20)
    with sqlite3.connect(pair.folder / "front.sqlite3") as line_:
        line_.execute(
            "UPDATE entry SET body = ? WHERE key LIKE 'R%'", (b'["x", 1, "active", null, []]',)
        )
    pair.process = began(pair.port, pair.environment, pair.folder / "log")
    until(lambda: _healthy(pair))
    until(lambda: "Lần kiểm tra" in page(pair.address, serial))
    assert "does not add up" in (pair.folder / "log").read_text()


def test_it_goes_on_when_the_main_site_is_gone(pair: Pair) -> None:
    import json

    gtin, _lot, _pk, codes = json.loads(run(pair.main.environment, SEED))
    stopped = _processes_of(pair.main)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        for _ in range(40):
            assert "Tem đã được kích hoạt" in page(pair.address, f"/01/{gtin}/21/{codes[1]}")
            assert get(f"{pair.address}/01/{gtin}")[0] == 307
        # it does not wait for the main site each time
        assert time.monotonic() - start < 40 * PATIENCE
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    until(lambda: "Lần kiểm tra" in page(pair.address, f"/01/{gtin}/21/{codes[1]}"))


def _processes_of(main: Site) -> list[int]:
    """Everything that listens or works for the main site."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"SAOLA_DATA={main.folder}\0".encode() in told:
                found.append(int(entry.name))
    return found


def _counted(pair: Pair, gtin: str) -> int:
    with sqlite3.connect(pair.main.folder / "saola.sqlite3") as line:
        row = line.execute(
            "SELECT COALESCE(sum(times), 0) FROM labels_scancount WHERE gtin = ? AND day = '2026-11-20'",
            (gtin,),
        ).fetchone()
    return int(row[0])


def test_the_version_is_checked(tmp_path: Path) -> None:
    """Lines that do not add up change nothing, and the next fetch asks for all."""
    code = f"""
import django; django.setup()
from pathlib import Path
from saola.server.web.resolver import published as p
path = Path({str(tmp_path)!r}) / "x.sqlite3"
head = b'{{"source": "a", "version": 3, "total": "%d", "whole": true, "salt": ["2026-01-01", "00"]}}'
row = b'["L/01/1", 3, "5b5d"]'
right = p.weight("L/01/1", b"[]")
assert p.take(path, [head % right, row]).version == 3
try:
    p.take(path, [head % right, row, b'["L/01/2", 3, "5b5d"]'])
except ValueError:
    print("refused")
assert p.state(p.opened(path)).version == 0
"""
    environment = os.environ | {"SAOLA_MODE": "demo", "SAOLA_DATA": str(tmp_path),
                                "DJANGO_SETTINGS_MODULE": "saola.server.config.settings"}  # fmt: skip
    assert run(environment, code).strip() == "refused"
