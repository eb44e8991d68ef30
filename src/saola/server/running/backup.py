"""A backup of everything, and everything back from it: database, files, keys. A folder of backups
has the files of all of them once, for they are named by their hash and never change."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from saola.server.events.models import Head as EventHead
from saola.server.files.models import StoredFile
from saola.server.files.store import CHUNK, open_file, write
from saola.server.journal.models import Head

MANIFEST, FILES, KEYS = "manifest.json", "files", "keys.json"
PROGRAMS = (Path("/usr/lib/postgresql"), Path("/usr/pgsql-15"))  # where pg_dump stands
Say = Callable[[str], object]


class Broken(Exception):
    """It cannot be made or brought back; the text says why and what to do."""


def make(folder: Path, say: Say) -> Path:
    """A new backup below the folder; it shows under its name once all of it is there."""
    name = f"{timezone.now():%Y%m%dT%H%M%SZ}"
    part, whole = folder / f".{name}.part", folder / name
    part.mkdir(parents=True, mode=0o700)
    say("… cơ sở dữ liệu")
    with _snapshot() as dump:
        database = dump(part)
        heads = _heads()
    say("… tệp")
    hashes = sorted(set(StoredFile.objects.values_list("sha256", flat=True)))
    taken = _take_files(hashes, folder / FILES)
    (part / "files.txt").write_text("".join(f"{one}\n" for one in hashes), encoding="ascii")
    _write_private(part / KEYS, json.dumps(_keys()))
    manifest = {
        "saola": version("saola"),
        "made_at": timezone.now().isoformat(),
        "engine": connection.vendor,
        "database": {"name": database.name, "sha256": _hash_of(database)},
        "files": {"count": len(hashes), "list": _hash_of(part / "files.txt")},
        "heads": heads,
    }
    (part / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    part.rename(whole)
    say(f"{whole}: {len(hashes)} tệp ({taken} mới), nhật ký {heads['journal']}")
    return whole


def restore(whole: Path, say: Say) -> None:
    """Bring it back into an empty database and storage; Broken before anything is written where the
    backup is damaged or something is there already."""
    manifest = _checked(whole)
    tables = connection.introspection.table_names()
    if tables:
        raise Broken(
            "Cơ sở dữ liệu này đã có bảng. Hãy khôi phục vào cơ sở dữ liệu trống, thư mục trống."
        )
    _same_keys(json.loads((whole / KEYS).read_text(encoding="utf-8")))
    hashes = (whole / "files.txt").read_text(encoding="ascii").split()
    say("… kiểm tra tệp của bản sao")
    for one in hashes:
        kept = _kept(whole.parent / FILES, one)
        if not kept.exists() or _hash_of(kept) != one:
            raise Broken(f"Tệp {one} của bản sao thiếu hoặc hỏng. Hãy dùng bản sao khác.")
    say("… cơ sở dữ liệu")
    _load(whole / manifest["database"]["name"])
    call_command("migrate", interactive=False, verbosity=0)
    say(f"… {len(hashes)} tệp")
    for one in hashes:
        stored = StoredFile(sha256=one)
        with _kept(whole.parent / FILES, one).open("rb") as file:
            write(stored.location, file)
    if _heads() != manifest["heads"]:
        raise Broken(
            f"Sau khi khôi phục, nhật ký và sự kiện ở {_heads()}, bản sao ghi {manifest['heads']}."
        )
    say(f"Đã khôi phục bản {whole.name}, nhật ký {manifest['heads']['journal']}.")


def _heads() -> dict[str, str]:
    """Where journal and events end: number and hash."""
    journal, events = Head.objects.get(pk=1), EventHead.objects.filter(pk=1).first()
    return {
        "journal": f"{journal.number}:{journal.hash}",
        "events": f"{events.last}:{bytes(events.chain).hex()}" if events else "0:",
    }


class _snapshot:
    """One moment of the database: what is read within it and what is dumped belong together."""

    def __enter__(self) -> Callable[[Path], Path]:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        return self._sqlite if connection.vendor == "sqlite" else self._postgresql

    def __exit__(self, *fault: Any) -> None:
        self._atomic.__exit__(*fault)

    def _sqlite(self, part: Path) -> Path:
        """Writers wait while it is copied: the transaction has taken the lock."""
        target = part / "database.sqlite3"
        source = f"file:{settings.DATABASES['default']['NAME']}?mode=ro"
        with (
            closing(sqlite3.connect(source, uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        return target

    def _postgresql(self, part: Path) -> Path:
        """`pg_dump` looks at the very snapshot of this transaction; nobody waits."""
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        target = part / "database.pgdump"
        _run("pg_dump", ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"])
        return target


def _load(dump: Path) -> None:
    if connection.vendor == "postgresql":
        _run("pg_restore", ["--no-owner", "--exit-on-error", "--single-transaction", str(dump)],
             into=True)  # fmt: skip
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{dump}?immutable=1", uri=True)) as source:
        source.backup(connection.connection)
    connection.close()


def _run(program: str, words: list[str], *, into: bool = False) -> None:
    """A program of PostgreSQL on our database; its password never stands among the words."""
    told = settings.DATABASES["default"]
    given = {
        "PGHOST": str(told["HOST"]), "PGPORT": str(told["PORT"] or 5432), "PGUSER": told["USER"],
        "PGPASSWORD": told["PASSWORD"],
    }  # fmt: skip
    name = str(told["NAME"])
    command = [_program(program), *words, *(["--dbname", name] if into else [name])]
    done = subprocess.run(  # noqa: S603 - our own words
        command, env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Broken(f"{program}: {done.stderr.strip()[-500:]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    for folder in PROGRAMS:
        found = found or next(
            (str(one) for one in sorted(folder.glob(f"*/bin/{name}"))[::-1]), None
        )
    if not found:
        raise Broken(f"Không thấy {name}. Hãy cài gói postgresql-client cùng bản với máy chủ.")
    return found


def _take_files(hashes: Iterable[str], folder: Path) -> int:
    """Copy those that the folder has not; each whole and proven, or not at all."""
    taken = 0
    for one in hashes:
        target = _kept(folder, one)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_suffix(".part")
        with open_file(StoredFile(sha256=one)) as source, part.open("wb") as file:
            if _copied(source, file) != one:
                raise Broken(f"Tệp {one} trong kho không còn đúng mã băm; xem saola-server verify.")
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        taken += 1
    return taken


def _copied(source: BinaryIO, target: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := source.read(CHUNK):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def _kept(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _checked(whole: Path) -> Mapping[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((whole / MANIFEST).read_text(encoding="utf-8"))
        right = (
            _hash_of(whole / manifest["database"]["name"]) == manifest["database"]["sha256"]
            and _hash_of(whole / "files.txt") == manifest["files"]["list"]
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Broken(f"Không đọc được bản sao {whole}: {fault}") from None
    if not right:
        raise Broken(f"Bản sao {whole} không khớp với tờ khai của nó. Hãy dùng bản sao khác.")
    if manifest["engine"] != connection.vendor:
        raise Broken(f"Bản sao này của {manifest['engine']}, đang mở {connection.vendor}.")
    return manifest


def _keys() -> dict[str, str]:
    return {
        "SAOLA_SECRET_KEY": settings.SECRET_KEY,
        "SAOLA_SERIAL_KEY": settings.SERIAL_KEY.hex(),
        "SAOLA_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
    }


def _same_keys(kept: Mapping[str, str]) -> None:
    """Labels and statements are made with these keys: others would make them worthless."""
    now = _keys()
    other = [name for name in ("SAOLA_SECRET_KEY", "SAOLA_SERIAL_KEY") if now[name] != kept[name]]
    # keys of fields may have been joined by newer ones since
    if not {*kept["SAOLA_FIELD_KEYS"].split(",")} <= {*settings.FIELD_KEYS}:
        other.append("SAOLA_FIELD_KEYS")
    if other:
        told = ", ".join(other)
        raise Broken(f"Khóa đang đặt khác khóa của bản sao ({told}). Lấy khóa trong {KEYS}.")


def _write_private(target: Path, text: str) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
