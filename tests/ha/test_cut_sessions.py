"""Sixteen people save at once on PostgreSQL while its sessions are cut; nothing is lost or doubled."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools.with_postgres import BINARIES, cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BINARIES / "postgres").exists(), reason="chưa có gói postgresql-15"),
]
WORK = """
import sys, time, random
import django; django.setup()
from django.db import connection, OperationalError, InterfaceError
from saola.server.accounts.models import User
from saola.server.councils import sheets
from saola.server.councils.models import AgendaItem, ScoreSheet
from saola.server.demo.marks import choices_for
username, saves, cuts = sys.argv[1], 0, 0
end = time.monotonic() + 12
while time.monotonic() < end:
    try:
        user = User.objects.get(username=username)
        item = AgendaItem.objects.get(pk=1)
        stored = ScoreSheet.objects.filter(item=item, member__user=user, current=True).first()
        total = random.randint(75, 85)
        data = {"choices": choices_for(item.dossier.criteria_set, total, stars=4), "unfit": {},
                "comments": {}, "events": [], "remark": str(total)}
        sheets.receive(item, data, by=user, revision=stored.revision if stored else 0)
        saves += 1
    except sheets.Stale:
        pass
    except (OperationalError, InterfaceError):
        cuts += 1
        connection.close()
print(saves, cuts)
"""


def test_cut_sessions_lose_and_double_nothing(tmp_path: Path) -> None:
    with cluster() as address:
        environment = os.environ | {
            "SAOLA_MODE": "demo",
            "SAOLA_DATA": str(tmp_path),
            "SAOLA_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        }
        server = str(Path(sys.executable).parent / "saola-server")
        subprocess.run(
            [server, "demo", "--prepare-only"], check=True, env=environment, capture_output=True
        )
        people = [f"hd{n}" for n in range(4, 10)] * 3  # two or three devices each, 16 and more
        command = [sys.executable, "-c", WORK]
        running = [
            subprocess.Popen([*command, name], env=environment, stdout=subprocess.PIPE, text=True)
            for name in people[:16]
        ]
        stop = threading.Event()
        killer = threading.Thread(target=cut_sessions, args=(address, stop))
        killer.start()
        counts = [
            tuple(map(int, process.communicate(timeout=90)[0].split())) for process in running
        ]
        stop.set()
        killer.join()
        verified = subprocess.run(
            [server, "journal", "verify"], env=environment, check=False, capture_output=True
        )
        rows = sheets_of(address)

    assert all(process.returncode == 0 for process in running)
    assert sum(saves for saves, _ in counts) > 50
    assert sum(cuts for _, cuts in counts) > 5
    assert len(rows) == len({member for member, _, _ in rows}) == 6
    assert all(str(total) == remark for _, total, remark in rows)
    assert verified.returncode == 0


def cut_sessions(address: str, stop: threading.Event) -> None:
    """End a random session of the application every tenth of a second."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as line:
        while not stop.is_set():
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
            )
            time.sleep(0.1)


def sheets_of(address: str) -> list[tuple[int, int, str]]:
    """Unsealed current sheets of the item: member, total, remark."""
    import psycopg

    with psycopg.connect(address) as line:
        found = line.execute(
            "SELECT member_id, total, remark FROM councils_scoresheet "
            "WHERE item_id = 1 AND current AND sealed_at IS NULL"
        )
        return list(found.fetchall())
