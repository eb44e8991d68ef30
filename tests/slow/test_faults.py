"""What happens to machines: a full disk, clocks that jump, a database that restarts, visitors whose
network is slow, uploads cut in the middle, an index that is broken. After each: no half state, nothing
acknowledged is lost, words that say what to do."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ha.test_fail_over import MEMBERS, Site, seeded, site
from tools.crowd import EVENT, Crowd
from tools.with_postgres import BINARIES, free_port, server

ROOT = Path(__file__).parents[2]
SERVER = str(Path(sys.executable).with_name("saola-server"))


def verified(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [SERVER, "verify"], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def get(address: str, **headers: str) -> tuple[int, str]:
    """Status and body, or where it leads."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_told: Any) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    try:
        with opener.open(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.headers.get("Location") or fault.read().decode()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that is easily filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("không gắn được đĩa thử (cần quyền root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """SQLite and files on one disk: nothing more is taken, what was is whole, and work goes on once
    there is room."""
    with site("", small_disk) as place:
        told = seeded(place.environment, *MEMBERS)
        cookies = {"sessionid": told["sessions"]["hd4"], "csrftoken": "a" * 32}
        filler = small_disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            except OSError:
                pass
        crowd = Crowd(place.port, time.monotonic() + 8)
        asyncio.run(one_member_and_a_machine(crowd, cookies, told))
        refused = dict(crowd.tally("score").codes), dict(crowd.tally("capture").codes)
        assert set(crowd.tally("score").codes) <= {0, 200, 409, 503, 507}, refused
        assert 507 in crowd.tally("score").codes, refused
        filler.unlink()
        before = len(crowd.events)
        crowd.until = time.monotonic() + 8
        asyncio.run(one_member_and_a_machine(crowd, cookies, told, name="11111111"))
        assert len(crowd.events) > before
        verified(place.environment)
        with sqlite3.connect(small_disk / "saola.sqlite3") as line:
            rows = line.execute("SELECT document FROM events_event").fetchall()
    assert crowd.events <= {json.loads(row[0])["eventID"] for row in rows}


async def one_member_and_a_machine(
    crowd: Crowd, cookies: dict[str, str], told: dict[str, Any], name: str = "00000000"
) -> None:
    await asyncio.gather(
        crowd.member("hd4", cookies, 1, told["sheets"], 0.1),
        crowd.machine(f"{name}-0000-4000-8000-0000", told["token"], 20, EVENT),
    )


@pytest.mark.skipif(not (BINARIES / "postgres").exists(), reason="chưa có gói postgresql-15")
def test_a_database_that_restarts(tmp_path: Path) -> None:
    """Once in order and once as by a power cut, while people work: they see 503 and go on."""
    with server() as postgres, site(postgres.address, tmp_path) as place:
        told = seeded(place.environment, *MEMBERS)
        crowd = Crowd(place.port, time.monotonic() + 60)

        async def work() -> None:
            tasks = [
                asyncio.create_task(
                    crowd.member(name, {"sessionid": told["sessions"][name], "csrftoken": "a" * 32},
                                 1, told["sheets"], 0.2)
                )
                for name in MEMBERS
            ]  # fmt: skip
            tasks.append(
                asyncio.create_task(
                    crowd.machine("00000000-0000-4000-8000-0000", told["token"], 20, EVENT)
                )
            )
            for number in (signal.SIGINT, signal.SIGQUIT):
                await asyncio.sleep(5)
                await asyncio.to_thread(postgres.stop, number)
                await asyncio.sleep(3)
                await asyncio.to_thread(postgres.start)
            crowd.until = time.monotonic() + 6
            await asyncio.gather(*tasks)

        asyncio.run(work())
        verified(place.environment)
        assert crowd.lost(postgres.address) == (0, 0, 0)
    assert crowd.events
    assert crowd.sheets
    for kind, tally in crowd.tallies.items():
        assert set(tally.codes) <= {0, 200, 201, 409, 503}, (kind, tally.codes)
        assert tally.codes[503] or kind == "page"


@pytest.fixture
def front(demo: Site, tmp_path: Path) -> Iterator[int]:
    """deploy/nginx.conf before the site, without TLS; its port."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("chưa có gói nginx-light")
    port = free_port()
    conf = (ROOT / "deploy/nginx.conf").read_text().replace(":8000;", f":{demo.port};")
    conf = re.sub(r"server \{\s+listen 80;.*?\n\}", "", conf, flags=re.DOTALL)
    conf = re.sub(r"listen (\[::\]:)?443 ssl http2;", "", conf)
    conf = re.sub(r"ssl_.*?;", "", conf).replace("server_name", f"listen {port}; server_name", 1)
    (tmp_path / "site.conf").write_text(conf)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    whole = f"daemon off;pid {tmp_path}/pid;error_log stderr;events {{}}"
    whole += f"http {{ access_log off;{places}include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(100):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
        time.sleep(0.1)
    yield port
    running.terminate()
    running.wait(10)


def test_slow_visitors_hold_up_nobody(demo: Site, front: int) -> None:
    """Sixty who send a letter at a time wait with nginx; the others are served as ever."""
    slow = []
    for number in range(60):
        line = socket.create_connection(("127.0.0.1", front))
        where = ("/epcis/capture", "/dang-nhap/", "/phan-anh/")[number % 3]
        head = f"POST {where} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
        slow.append(line)
    times = []
    for _ in range(20):
        for line in slow:
            line.sendall(b" ")
        began = time.monotonic()
        assert get(f"http://127.0.0.1:{front}/so-dang-ky/")[0] == 200
        times.append(time.monotonic() - began)
        time.sleep(0.1)
    for line in slow:
        line.close()
    assert max(times) < 10, times  # a visitor who waits for them waits for a minute


def test_a_cut_upload_leaves_nothing(demo: Site) -> None:
    """The promise of 5,000 bytes and then silence: no job, no file."""
    before = len(list((demo.folder / "files").rglob("*")))
    for sent in (0, 1, 2500, 4999):
        line = socket.create_connection(("127.0.0.1", demo.port))
        head = f"POST /epcis/capture HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {demo.told['token']}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        line.sendall(head.encode() + b"{" * sent)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(5)
        try:
            answer = line.recv(100)
        except TimeoutError:
            answer = b""
        assert not answer.startswith(b"HTTP/1.1 2"), answer
        line.close()
    time.sleep(1)
    assert len(list((demo.folder / "files").rglob("*"))) == before
    assert get(f"{demo.address}/healthz")[0] == 200
    with sqlite3.connect(demo.folder / "saola.sqlite3") as rows:
        assert rows.execute("SELECT count(*) FROM events_job").fetchone() == (0,)


def test_a_broken_index_is_answered_from_the_database(demo: Site) -> None:
    """Garbage, half a file, no file: codes lead where they led, and the index is made again."""
    index = demo.folder / "resolver.sqlite3"
    with sqlite3.connect(demo.folder / "saola.sqlite3") as rows:
        gtin = rows.execute("SELECT gtin FROM traceability_tradeitem LIMIT 1").fetchone()[0]
    right = get(f"{demo.address}/01/{gtin}")
    assert right[0] == 307
    whole = index.read_bytes()
    for content in (os.urandom(4096), whole[: len(whole) // 2], b"", None):
        if content is None:
            index.unlink()
        else:
            index.write_bytes(content)
        time.sleep(1.2)
        assert get(f"{demo.address}/01/{gtin}") == right


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site("", tmp_path_factory.mktemp("site")) as place:
        place.told.update(seeded(place.environment, *MEMBERS))
        yield place
