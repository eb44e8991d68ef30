"""The leader of three nodes is killed while machines capture, members score and people read: who was
told that it is kept finds it kept, nobody sees an error page, and writing goes on within 30 s."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.ha.cluster import PROGRAMS, Cluster, three
from tools.crowd import EVENT, Crowd
from tools.with_postgres import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(program.exists() for program in PROGRAMS),
        reason="chưa có gói postgresql-15, patroni, etcd-server",
    ),
]
MEMBERS = ("hd4", "hd5", "hd6", "hd7", "hd8", "hd9")
LONGEST = 30.0  # seconds until writing goes on
ROOT = Path(__file__).parents[2]


@dataclass
class Site:
    """A served demonstration province."""

    port: int
    folder: Path
    environment: dict[str, str]
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")  # the folder's disk may be full


@contextmanager
def site(url: str, folder: Path, **told: str) -> Iterator[Site]:
    """A demonstration province on that database ("" for SQLite in the folder), served."""
    port = free_port()
    environment = os.environ | {
        "SAOLA_MODE": "demo",
        "SAOLA_DATA": str(folder),
        "SAOLA_DATABASE_URL": url,
        "SAOLA_BASE_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        **told,
    }
    made = Site(port, folder, environment)
    command = [str(Path(sys.executable).with_name("saola-server")), "demo"]
    subprocess.run([*command, "--prepare-only"], check=True, env=environment)
    with made.log.open("wb") as out:
        running = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=out, stderr=out
        )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{made.address}/healthz", timeout=2)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield made
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def seeded(environment: dict[str, str], *names: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tools.crowd_seed", ",".join(names)]
    done = subprocess.run(
        command, cwd=ROOT, check=True, env=environment, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_killed_leader_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with ExitStack() as open_ones:
        cluster = open_ones.enter_context(three())
        url = cluster.url().partition("?")[0]
        place = open_ones.enter_context(site(url, tmp_path, SAOLA_READ_REPLICAS="1"))
        told = seeded(place.environment, *MEMBERS, "tuvan", "chuthe")
        crowd = Crowd(place.port, time.monotonic() + 150)
        gaps = asyncio.run(at_work(crowd, cluster, told))
        cluster.wait()
        verified = subprocess.run(
            [str(Path(sys.executable).with_name("saola-server")), "verify"],
            env=place.environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        lost = crowd.lost(cluster.url())
        reads = followers_read(cluster)
    print("until writing goes on, s:", gaps)
    print({kind: dict(tally.codes) for kind, tally in crowd.tallies.items()})

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert len(crowd.events) > 500
    assert lost == (0, 0, 0)
    assert len(crowd.sheets) == len(MEMBERS)
    for kind, tally in crowd.tallies.items():
        assert set(tally.codes) <= {0, 200, 201, 409, 503}, (kind, tally.codes)
    assert all(gap <= LONGEST for gap in gaps), gaps
    assert reads > 100
    assert "Internal Server Error" not in place.log.read_text()


async def at_work(crowd: Crowd, cluster: Cluster, told: dict[str, Any]) -> list[float]:
    """Everybody works; the leader is killed twice. Seconds from each kill to the first
    acknowledged write of either kind, the slower one."""
    cookies = {
        name: {"sessionid": key, "csrftoken": "a" * 32} for name, key in told["sessions"].items()
    }
    sheets = told["sheets"]
    tasks = [
        asyncio.create_task(crowd.member(name, cookies[name], 1, sheets, 0.5)) for name in MEMBERS
    ]
    tasks += [
        asyncio.create_task(
            crowd.machine(f"0000000{n}-0000-4000-8000-00000000", str(told["token"]), 5, EVENT)
        )
        for n in range(4)
    ]
    tasks += [
        asyncio.create_task(crowd.reader(name, cookies[name], paths, 0.5))
        for name, paths in (
            ("tuvan", ["/can-bo/", "/so-dang-ky/", "/chi-tieu/"][:2]), ("chuthe", ["/chu-the/", "/"]),
        )
    ]  # fmt: skip
    await asyncio.sleep(15)
    gaps = []
    for _ in range(2):
        gone = await asyncio.to_thread(cluster.kill_leader)
        for kind in ("capture", "score"):
            crowd.tally(kind).mark()
        await asyncio.sleep(35)
        gaps += [
            round(crowd.tally(kind).first_good_after - crowd.tally(kind).marked, 1)
            for kind in ("capture", "score")
        ]
        await asyncio.to_thread(cluster.restart, gone)
        await asyncio.to_thread(cluster.wait)
    crowd.until = time.monotonic() + 5
    await asyncio.gather(*tasks)
    return gaps


def followers_read(cluster: Cluster) -> int:
    """How many rows the nodes that follow have given to questions."""
    total = 0
    for port in cluster.ports:
        with psycopg.connect(f"postgresql://saola@127.0.0.1:{port}/saola") as line:
            row = line.execute(
                "SELECT pg_is_in_recovery(), tup_returned FROM pg_stat_database "
                "WHERE datname = 'saola'"
            ).fetchone()
            assert row is not None
            total += row[1] if row[0] else 0
    return total
