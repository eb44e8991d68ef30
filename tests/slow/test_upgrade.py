"""Data of an earlier version opens in this one, whole, and goes back: on both databases.

The first version that carried a number is the commit in FIRST; its own code makes the data."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tools.with_postgres import BINARIES, cluster

ROOT = Path(__file__).parents[2]
FIRST = "a1c6f6c"  # 0.1.0
# what that version had; later migrations of these apps are taken back to it
STOOD = {
    "accounts": "0007",
    "labels": "0002",
    "market": "0002",
    "outreach": "0002",
    "supervision": "0003",
}
TABLES = ("products_product", "dossiers_dossier", "councils_scoresheet", "journal_entry",
          "events_event", "market_enquiry", "market_demand", "supervision_grievance")  # fmt: skip
COUNT = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for table in {tables!r}:
        cursor.execute("SELECT count(*) FROM " + table)
        print(cursor.fetchone()[0])
from saola.server.market.models import Demand
print(sorted(Demand.objects.values_list("contact", flat=True)))
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The earlier version's source, with what is not committed from this one."""
    asked = ["git", "archive", FIRST, "src"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"không có lịch sử tới {FIRST}")
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    for part in ("static/vendor", "papers/fonts"):
        shutil.copytree(ROOT / "src/saola/server" / part, folder / "src/saola/server" / part,
                        dirs_exist_ok=True)  # fmt: skip
    return folder / "src"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgresql" and not (BINARIES / "postgres").exists():
        pytest.skip("chưa có gói postgresql-15")
    with cluster() if request.param == "postgresql" else nullcontext("") as url:
        yield url


def test_data_of_the_first_version_opens_here_and_goes_back(
    old: Path, database: str, tmp_path: Path
) -> None:
    told = os.environ | {"SAOLA_MODE": "demo", "SAOLA_DATA": str(tmp_path), "SAOLA_DATABASE_URL": database,
                         "DJANGO_SETTINGS_MODULE": "saola.server.config.settings"}  # fmt: skip
    then, now = told | {"PYTHONPATH": str(old)}, told | {"PYTHONPATH": str(ROOT / "src")}

    def manage(environment: dict[str, str], *words: str) -> str:
        command = [sys.executable, "-m", "saola.server.manage", *words]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def counts(environment: dict[str, str]) -> str:
        code = [sys.executable, "-c", COUNT.format(tables=TABLES)]
        return subprocess.run(
            code, env=environment, check=True, capture_output=True, text=True
        ).stdout

    manage(then, "demo", "--prepare-only")
    before = counts(then)
    manage(now, "migrate", "--verbosity", "0")
    assert counts(now) == before
    manage(now, "verify")
    manage(now, "demo", "--prepare-only")  # the stages find all there
    for app, number in STOOD.items():
        manage(now, "migrate", app, number, "--verbosity", "0")
    assert counts(then) == before  # contacts in the clear again, as that version reads them
    manage(now, "migrate", "--verbosity", "0")
    assert counts(now) == before
    manage(now, "verify")
