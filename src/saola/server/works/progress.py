"""How far long work has come, and that it is to stop. The work's own transaction would hide both
until it ends: on PostgreSQL they go by a line of their own, so that all machines see them; on
SQLite, which has one machine and one writer, by small files beside the data."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from saola.server.works.models import Work

PAUSE = 0.3  # seconds between two notes
NOTE = """
    INSERT INTO works_work (key, done, total, stop) VALUES (%s, %s, %s, false)
    ON CONFLICT (key) DO UPDATE SET done = excluded.done, total = excluded.total
    RETURNING stop
"""


class Stopped(Exception):
    """Somebody asked for the work to end; what it began is taken back by whoever catches this."""


class _Files:
    """Notes on the disk."""

    def __init__(self, key: str) -> None:
        folder = Path(settings.DATA) / "works"
        self.kept, self.wish = folder / f"{key}.json", folder / f"{key}.stop"

    def note(self, done: int, total: int) -> bool:
        """Write it down; whether the end was asked for."""
        if self.wish.exists():
            return True
        with suppress(OSError):  # a full disk does not end the work for its note
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            part = self.kept.with_suffix(".part")
            part.write_text(json.dumps([done, total]))
            part.replace(self.kept)
        return False

    def seen(self) -> tuple[int, int] | None:
        """(done, total)."""
        try:
            done, total = json.loads(self.kept.read_text())
        except (OSError, ValueError):
            return None
        return int(done), int(total)

    def stop(self) -> bool:
        """Ask for the end."""
        if self.seen() is None:
            return False
        self.wish.touch()
        return True

    def end(self) -> None:
        """Nothing is left."""
        for file in (self.kept, self.wish, self.kept.with_suffix(".part")):
            file.unlink(missing_ok=True)


class _Rows:
    """Notes in a table, by a line of their own."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._line: Any = None

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        if self._line is None:
            self._line = connection.copy()
        with self._line.cursor() as cursor:
            yield cursor

    def note(self, done: int, total: int) -> bool:
        """Write it down; whether the end was asked for."""
        try:
            with self._cursor() as cursor:
                cursor.execute(NOTE, [self.key, done, total])
                return bool(cursor.fetchone()[0])
        except DatabaseError:  # the work itself finds out whether the database is gone
            return False

    def seen(self) -> tuple[int, int] | None:
        """(done, total)."""
        return Work.objects.filter(pk=self.key).values_list("done", "total").first()

    def stop(self) -> bool:
        """Ask for the end."""
        with closing(connection.copy()) as line, line.cursor() as cursor:
            cursor.execute("UPDATE works_work SET stop = true WHERE key = %s", [self.key])
            return bool(cursor.rowcount)

    def end(self) -> None:
        """Nothing is left."""
        with suppress(DatabaseError), self._cursor() as cursor:
            cursor.execute("DELETE FROM works_work WHERE key = %s", [self.key])
        if self._line is not None:
            self._line.close()
            self._line = None


def _notes(key: str) -> _Files | _Rows:
    return _Rows(key) if connection.vendor == "postgresql" else _Files(key)


class Progress:
    """Notes how much of `total` is done under a key such as "print-7". Call it with the count; it
    raises Stopped once somebody asked for the end."""

    def __init__(self, key: str, total: int) -> None:
        self.key, self.total, self._next = key, total, 0.0
        self._notes = _notes(key)

    def __enter__(self) -> "Progress":
        try:
            self(0)
        except Stopped:  # asked while an earlier try was under way
            self.__exit__()
            raise
        return self

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PAUSE
        if self._notes.note(done, self.total):
            raise Stopped(self.key)

    def __exit__(self, *_told: object) -> None:
        self._notes.end()


def seen(key: str) -> tuple[int, int] | None:
    """(done, total) of work that is under way; None where nothing is known."""
    return _notes(key).seen()


def stop(key: str) -> bool:
    """Ask work under way to end; False where none is seen."""
    return _notes(key).stop()
