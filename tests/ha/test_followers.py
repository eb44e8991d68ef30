"""Pages come from followers, but nobody is shown less than what they wrote themselves."""

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from tests.ha.cluster import PROGRAMS, Cluster, three
from tests.ha.test_fail_over import seeded, site
from tools.crowd import Line

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(program.exists() for program in PROGRAMS),
        reason="chưa có gói postgresql-15, patroni, etcd-server",
    ),
]
PAGE = "/thong-bao/"


def on_followers(cluster: Cluster, statement: str) -> None:
    for port in cluster.ports:
        with psycopg.connect(f"postgresql://saola@127.0.0.1:{port}/saola", autocommit=True) as line:
            row = line.execute("SELECT pg_is_in_recovery()").fetchone()
            if row and row[0]:
                line.execute(statement)


async def shown(line: Line) -> str:
    code, page = await line.ask("GET", PAGE)
    assert code == 200
    found = re.search(rb'name="email" value="([^"]*)"', page)
    return found[1].decode() if found else ""


def test_one_reads_what_one_wrote(tmp_path: Path) -> None:
    with ExitStack() as open_ones:
        cluster = open_ones.enter_context(three())
        url = cluster.url().partition("?")[0]
        place = open_ones.enter_context(site(url, tmp_path, SAOLA_READ_REPLICAS="1"))
        told = seeded(place.environment, "tuvan")
        cookies = {"sessionid": told["sessions"]["tuvan"], "csrftoken": "a" * 32}

        async def walk() -> tuple[str, str, str]:
            line = Line(place.port)
            line.cookies |= cookies
            await shown(line)
            on_followers(cluster, "SELECT pg_wal_replay_pause()")
            body = urlencode({"email": "moi@example.vn", "csrfmiddlewaretoken": "a" * 32}).encode()
            told_ = {"Content_Type": "application/x-www-form-urlencoded"}
            code, _page = await line.ask("POST", PAGE, body, **told_)
            assert code == 302
            mine = await shown(line)
            without = line.cookies.pop("da-ghi")
            behind = await shown(line)  # whoever wrote nothing is shown what the follower has
            on_followers(cluster, "SELECT pg_wal_replay_resume()")
            line.cookies["da-ghi"] = without
            await asyncio.sleep(1)
            return mine, behind, await shown(line)

        mine, behind, caught_up = asyncio.run(walk())
    assert (mine, behind, caught_up) == ("moi@example.vn", "", "moi@example.vn")
