"""A list of 20,000 rows whose writing is killed half-way leaves nothing, and is written whole later."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.test_kills import environment

pytestmark = pytest.mark.slow
RECEIVE = """
import django; django.setup()
from saola.server.accounts.models import User
from saola.server.recognition.imports import read
from saola.server.recognition.list_actions import receive_list
from saola.server.recognition.models import ListImport
lines = ["TT\\tTên sản phẩm\\tChủ thể\\tXã\\tHạng\\tQuyết định"]
lines += [f"{n}\\tSản phẩm {n}\\tHTX số {n // 3}\\tXã Tà Xùa\\t4 sao\\t9/QĐ-UBND ngày 05/8/2025"
          for n in range(20_000)]
made = receive_list("ds.txt", "\\n".join(lines).encode(), "14", by=User.objects.get(username="tinh.ocop"))
read(made.pk)
ListImport.objects.update(state="writing")
print(made.pk)
"""
WRITE = (
    "import django; django.setup(); from saola.server.recognition.imports import write; write({})"
)


def run(folder: Path, code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def count(folder: Path) -> tuple[int, ...]:
    with sqlite3.connect(folder / "saola.sqlite3") as db:
        return tuple(
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("products_producer", "products_product", "recognition_recognition")
        )


def test_a_killed_import_leaves_nothing_and_is_written_whole_later(province: Path) -> None:
    pk = run(province, RECEIVE).communicate()[0].split()[-1]
    before = count(province)

    for wait in (0.9, 1.3, 1.8, 2.4):
        running = run(province, WRITE.format(pk))
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.wait()
        after = count(province)
        assert after == before or after[1] == before[1] + 20_000
        if after != before:
            break
    else:
        assert run(province, WRITE.format(pk)).wait() == 0

    assert count(province)[1] == before[1] + 20_000
