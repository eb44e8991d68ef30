"""Back to a moment: a base backup and PostgreSQL's archived log bring the province back, in a new
cluster, to just before a mistake; then everything is looked at as a whole."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tools.with_postgres import BINARIES, _as_postgres, _wait, cluster, free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BINARIES / "postgres").exists(), reason="no postgresql-15"),
]
SERVER = Path(sys.executable).with_name("saola-server")
STAMP = "recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"


def run(database: str, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SAOLA_DATA": str(data), "SAOLA_MODE": "demo"}
    environment["SAOLA_DATABASE_URL"] = database
    return subprocess.run(
        [str(SERVER), *words], env=environment, capture_output=True, text=True, check=False
    )


@contextmanager
def recovered(base: Path, archive: Path, moment: datetime) -> Iterator[str]:
    """The address of a new cluster from the copy, as it was at the moment."""
    told = f"restore_command = 'cp {archive}/%f %p'\n{STAMP.format(moment=moment.isoformat())}"
    (base / "postgresql.auto.conf").write_text(told)
    (base / "recovery.signal").touch()
    who, port = _as_postgres(), free_port()
    for name in ("postgresql.auto.conf", "recovery.signal") if who else ():
        shutil.chown(base / name, "postgres", "postgres")
    start = [str(BINARIES / "postgres"), "-D", str(base), "-p", str(port)]
    start += ["-k", str(base.parent), "-h", "127.0.0.1"]
    with (base.parent / "log").open("wb") as log:
        server = subprocess.Popen(start, stdout=log, stderr=log, **who)
    try:
        _wait(port)
        yield f"postgresql://saola@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def shared_folder() -> Iterator[Path]:
    """One that the database's own account reaches."""
    place = Path(f"/tmp/saola-pitr-{os.getpid()}")
    (place / "archive").mkdir(parents=True)
    if _as_postgres():
        for folder in (place, place / "archive"):
            shutil.chown(folder, "postgres", "postgres")
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def archived(asked: psycopg.Connection, archive: Path) -> None:
    """Wait until the log of what was done lies there."""
    (segment,) = asked.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    asked.execute("SELECT pg_switch_wal()")
    for _ in range(200):
        if (archive / segment).exists():
            return
        time.sleep(0.1)
    raise AssertionError("the log was not archived")


def test_back_to_just_before_a_mistake(tmp_path: Path) -> None:
    with shared_folder() as place:
        archive, base = place / "archive", place / "base"
        keep = f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f"
        with cluster("wal_level=replica", "archive_mode=on", keep) as old:
            port = old.rpartition(":")[2].partition("/")[0]
            copy = [str(BINARIES / "pg_basebackup"), "-D", str(base), "-h", "127.0.0.1"]
            copy += ["-p", port, "-U", "saola", "--checkpoint=fast", "--no-sync"]
            # before there is a province: all of it comes from the log
            subprocess.run(copy, check=True, **_as_postgres())
            done = run(old, tmp_path, "demo", "--prepare-only")
            assert done.returncode == 0, done.stderr
            with psycopg.connect(old, autocommit=True) as asked:
                head = asked.execute("SELECT number, hash FROM journal_head").fetchone()
                time.sleep(1)
                (moment,) = asked.execute("SELECT now()").fetchone()
                time.sleep(1)
                asked.execute("UPDATE products_product SET name = 'hỏng hết'")
                archived(asked, archive)
        with recovered(base, archive, moment) as new:
            with psycopg.connect(new, autocommit=True) as asked:
                for _ in range(300):
                    if not asked.execute("SELECT pg_is_in_recovery()").fetchone()[0]:
                        break
                    time.sleep(0.1)
                assert asked.execute("SELECT number, hash FROM journal_head").fetchone() == head
                names = "SELECT count(*) FROM products_product WHERE name = 'hỏng hết'"
                assert asked.execute(names).fetchone() == (0,)
            whole = run(new, tmp_path, "verify")
            assert whole.returncode == 0, whole.stderr
            assert "Mọi thứ khớp" in whole.stdout
