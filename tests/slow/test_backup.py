"""The drill: a province is backed up while it runs and comes back in an empty folder and a new
database, to the last hash; what is damaged, foreign or there already is refused in words."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.with_postgres import BINARIES, cluster

pytestmark = pytest.mark.slow
SERVER = Path(sys.executable).with_name("saola-server")


class Province:
    """A folder and a database, with the words to run the server's commands on them."""

    def __init__(self, folder: Path, database: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.environment = {**os.environ, "SAOLA_DATA": str(folder), "SAOLA_MODE": "demo"}
        self.environment.pop("SAOLA_DATABASE_URL", None)
        if database:
            self.environment["SAOLA_DATABASE_URL"] = database

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SERVER), *words], env=self.environment, capture_output=True, text=True, check=False
        )

    def keys_of(self, other: "Province") -> None:
        for name in ("secret-key", "serial-key", "field-keys"):
            shutil.copy(other.folder / name, self.folder / name)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Province, Province]]:
    """A demonstration province, and an empty one with the same keys."""
    if request.param == "sqlite":
        old, new = Province(tmp_path / "old"), Province(tmp_path / "new")
        assert old.run("demo", "--prepare-only").returncode == 0
        new.keys_of(old)
        yield old, new
        return
    if not BINARIES.exists():
        pytest.skip("PostgreSQL 15 is not installed")
    with cluster() as url:
        base = url.rpartition("/")[0]
        for name in ("old", "new"):
            subprocess.run([BINARIES / "psql", url, "-qc", f"CREATE DATABASE {name}"], check=True)
        old = Province(tmp_path / "old", f"{base}/old")
        new = Province(tmp_path / "new", f"{base}/new")
        done = old.run("demo", "--prepare-only")
        assert done.returncode == 0, done.stderr
        new.keys_of(old)
        yield old, new


def test_everything_comes_back(two: tuple[Province, Province], tmp_path: Path) -> None:
    old, new = two
    kept = tmp_path / "backups"
    first = old.run("backup", str(kept))
    assert first.returncode == 0, first.stderr
    again = old.run("backup", str(kept))
    assert "(0 mới)" in again.stdout  # files are kept once
    (whole, _other) = sorted(one for one in kept.iterdir() if one.name.startswith("2"))
    assert not list(kept.glob(".*"))
    assert (whole / "keys.json").stat().st_mode & 0o077 == 0

    back = new.run("restore", str(whole))
    assert back.returncode == 0, back.stderr
    assert "Mọi thứ khớp" in back.stdout
    head = json.loads((whole / "manifest.json").read_text())["heads"]["journal"]
    assert new.run("journal", "verify", "--head", head).returncode == 0
    assert sorted(p.name for p in (new.folder / "files").rglob("*") if p.is_file()) == sorted(
        p.name for p in (old.folder / "files").rglob("*") if p.is_file()
    )
    twice = new.run("restore", str(whole))
    assert twice.returncode != 0
    assert "đã có bảng" in twice.stderr


def test_what_cannot_be_trusted_is_refused(tmp_path: Path) -> None:
    old = Province(tmp_path / "old")
    assert old.run("demo", "--prepare-only").returncode == 0
    kept = tmp_path / "backups"
    assert old.run("backup", str(kept)).returncode == 0
    (whole,) = (one for one in kept.iterdir() if one.name.startswith("2"))

    def refused(words: str, *, keys: bool = True) -> None:
        new = Province(tmp_path / "new")
        if keys:
            new.keys_of(old)
        done = new.run("restore", str(whole))
        assert done.returncode != 0
        assert words in done.stderr
        assert not (new.folder / "files").exists() or not list((new.folder / "files").iterdir())
        shutil.rmtree(new.folder)

    refused("SAOLA_SECRET_KEY, SAOLA_SERIAL_KEY, SAOLA_FIELD_KEYS", keys=False)
    file = next(p for p in (kept / "files").rglob("*") if p.is_file())
    content = file.read_bytes()
    file.write_bytes(content[:-1] + b"?")
    refused("thiếu hoặc hỏng")
    file.unlink()
    refused("thiếu hoặc hỏng")
    file.write_bytes(content)
    database = whole / "database.sqlite3"
    with sqlite3.connect(database) as opened:
        opened.execute("UPDATE councils_result SET stars = 5")
    refused("không khớp với tờ khai")
    (whole / "manifest.json").write_text("{}")
    refused("Không đọc được")


def test_verify_names_what_is_wrong(tmp_path: Path) -> None:
    old = Province(tmp_path / "old")
    assert old.run("demo", "--prepare-only").returncode == 0
    assert old.run("verify").returncode == 0
    files = [p for p in (old.folder / "files").rglob("*") if p.is_file()]
    files[0].write_bytes(b"khac")
    files[1].unlink()
    with sqlite3.connect(old.folder / "saola.sqlite3") as opened:
        opened.execute("UPDATE dossiers_dossier SET state = 'filed'")
    done = old.run("verify")
    assert done.returncode == 1
    assert f"{files[0].name} " in done.stderr
    assert "nội dung khác mã băm" in done.stderr
    assert "không mở được" in done.stderr
    assert "đang ở bước filed, nhưng bước cuối" in done.stderr
    assert "✓ nhật ký" in done.stdout
    assert old.run("backup", str(tmp_path / "kept")).returncode != 0  # nothing wrong is kept
