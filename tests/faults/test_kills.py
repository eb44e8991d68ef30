"""A server killed at any moment leaves nothing half written; a broken-off start is repaired."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.conftest import wait_for
from tools.with_postgres import free_port

SERVER = str(Path(sys.executable).parent / "saola-server")
pytestmark = pytest.mark.slow


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SAOLA_")}
    return (
        kept
        | {"SAOLA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "saola.server.config.settings"}
        | more
    )


def prepared(folder: Path) -> dict[str, int]:
    """Counts after a whole start."""
    command = [SERVER, "demo", "--prepare-only"]
    subprocess.run(command, check=True, env=environment(folder), capture_output=True)
    tables = (
        "places_place",
        "products_product",
        "accounts_user",
        "dossiers_dossier",
        "councils_scoresheet",
    )
    # closed at once, so that nothing of it is left beside the file
    with closing(sqlite3.connect(folder / "saola.sqlite3")) as db:
        return {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}


def test_a_start_broken_off_anywhere_is_repaired(province: Path, tmp_path: Path) -> None:
    whole = prepared(province)

    for number in range(4):
        folder = tmp_path / f"cut{number}"
        folder.mkdir()
        running = subprocess.Popen(
            [SERVER, "demo", "--prepare-only"],
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.7 + number * 0.6)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert prepared(folder) == whole
        assert prepared(folder) == whole


SAVES = """
import django; django.setup()
from saola.server.accounts.models import User
from saola.server.councils import sheets
from saola.server.councils.models import AgendaItem
from saola.server.demo.marks import choices_for
item = AgendaItem.objects.get(pk=1)
user = User.objects.get(username="hd7")
print("ready", flush=True)
revision = 0
while True:
    total = 80 + revision % 5
    data = {"choices": choices_for(item.dossier.criteria_set, total, stars=4), "unfit": {},
            "comments": {}, "events": [], "remark": str(total)}
    revision = sheets.receive(item, data, by=user, revision=revision).revision
"""


def test_a_kill_in_the_middle_of_saving_leaves_a_whole_sheet(province: Path) -> None:
    chance = random.Random(7)

    for _ in range(5):
        with sqlite3.connect(province / "saola.sqlite3") as db:
            db.execute("DELETE FROM councils_scoresheet WHERE sealed_at IS NULL")
        saving = subprocess.Popen(
            [sys.executable, "-c", SAVES], env=environment(province), stdout=subprocess.PIPE
        )
        assert saving.stdout is not None
        saving.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.5))
        saving.send_signal(signal.SIGKILL)
        saving.wait()
        with sqlite3.connect(province / "saola.sqlite3") as db:
            rows = db.execute(
                "SELECT total, remark FROM councils_scoresheet WHERE sealed_at IS NULL"
            ).fetchall()
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert all(str(total) == remark for total, remark in rows)
    verified = subprocess.run([SERVER, "journal", "verify"], env=environment(province), check=False)
    assert verified.returncode == 0


def refused(folder: Path, *command: str, **settings: str) -> str:
    done = subprocess.run(
        [SERVER, *command],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


def test_production_refuses_what_is_unsafe(province: Path, tmp_path: Path) -> None:
    key = {"SAOLA_MODE": "production", "SAOLA_SECRET_KEY": "k" * 60, "SAOLA_HOSTS": "ocop.example"}
    addressed = key | {"SAOLA_BASE_URL": "https://ocop.example"}
    labelled = addressed | {"SAOLA_SERIAL_KEY": "0f" * 32}
    whole = labelled | {"SAOLA_FIELD_KEYS": "ZmZm" * 10 + "ZmY="}

    assert "SAOLA_SECRET_KEY" in refused(tmp_path, "check", SAOLA_MODE="production")
    assert "SAOLA_HOSTS" in refused(
        tmp_path, "check", SAOLA_MODE="production", SAOLA_SECRET_KEY="k" * 60
    )
    assert "SAOLA_BASE_URL" in refused(tmp_path, "check", **key)
    assert "SAOLA_SERIAL_KEY" in refused(tmp_path, "check", **addressed)
    assert "hexadecimal" in refused(tmp_path, "check", **addressed, SAOLA_SERIAL_KEY="k" * 64)
    assert "SAOLA_FIELD_KEYS" in refused(tmp_path, "check", **labelled)
    assert "Chế độ minh họa" in refused(tmp_path, "demo", **whole)
    assert "tài khoản dùng thử" in refused(province, "serve", **whole)
    assert "SAOLA_MODE" in refused(province, "serve")


def test_a_second_start_keeps_the_data_and_is_quick(province: Path) -> None:
    first = prepared(province)
    with sqlite3.connect(province / "saola.sqlite3") as db:
        db.execute("UPDATE products_producer SET address_as_printed='giữ lại' WHERE illustrative")

    assert prepared(province) == first
    with sqlite3.connect(province / "saola.sqlite3") as db:
        kept = db.execute(
            "SELECT address_as_printed FROM products_producer WHERE illustrative"
        ).fetchone()
    assert kept == ("giữ lại",)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_web_and_worker_end_together_on_ctrl_c(province: Path, number: signal.Signals) -> None:
    """As a terminal does it: the signal goes to the whole group of `make run`."""
    port = free_port()
    running = subprocess.Popen(
        [SERVER, "demo", "--port", str(port)],
        env=environment(province),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(f"http://127.0.0.1:{port}")

    os.killpg(running.pid, number)
    running.wait(25)

    left = [
        file.parent.name
        for file in Path("/proc").glob("[0-9]*/environ")
        if str(province).encode() in read(file)
    ]
    assert left == []


def of(province: Path) -> dict[str, bytes]:
    """Every process of the province with its command line."""
    return {
        f.parent.name: read(f.parent / "cmdline")
        for f in Path("/proc").glob("[0-9]*/environ")
        if str(province).encode() in read(f)
    }


def named(province: Path, word: bytes) -> list[str]:
    return [pid for pid, command in of(province).items() if word in command]


def test_a_worker_begins_anew_and_all_ends_with_the_web(province: Path) -> None:
    port = free_port()
    running = subprocess.Popen(
        [SERVER, "demo", "--port", str(port)],
        env=environment(province),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(f"http://127.0.0.1:{port}")
    [worker] = named(province, b"db_worker")

    os.kill(int(worker), signal.SIGKILL)
    for _ in range(150):
        again = [pid for pid in named(province, b"db_worker") if pid != worker]
        if again:
            break
        time.sleep(0.1)
    assert len(again) == 1
    assert running.poll() is None
    wait_for(f"http://127.0.0.1:{port}")

    master = min(named(province, b"granian"), key=int)
    os.kill(int(master), signal.SIGKILL)
    assert running.wait(25) != 0
    assert of(province) == {}


def read(file: Path) -> bytes:
    """A file of /proc, empty when its process is gone."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
