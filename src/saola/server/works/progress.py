"""How far long work has come, and that it is to stop: a small file beside the data, for the work's
own transaction would hide a row until it ends. A worker on another machine is not seen; its work is
done all the same."""

import json
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

PAUSE = 0.3  # seconds between two notes


class Stopped(Exception):
    """Somebody asked for the work to end; what it began is taken back by whoever catches this."""


def _file(key: str, kind: str) -> Path:
    return Path(settings.DATA) / "works" / f"{key}.{kind}"


class Progress:
    """Notes how much of `total` is done under a key such as "print-7". Call it with the count; it
    raises Stopped once somebody asked for the end."""

    def __init__(self, key: str, total: int) -> None:
        self.key, self.total, self._next = key, total, 0.0

    def __enter__(self) -> "Progress":
        _file(self.key, "json").parent.mkdir(parents=True, exist_ok=True)
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
        if _file(self.key, "stop").exists():
            raise Stopped(self.key)
        part = _file(self.key, "part")
        with suppress(OSError):  # a full disk does not end the work for its note
            part.write_text(json.dumps([done, self.total]))
            part.replace(_file(self.key, "json"))

    def __exit__(self, *_told: object) -> None:
        for name in ("json", "stop", "part"):
            _file(self.key, name).unlink(missing_ok=True)


def seen(key: str) -> tuple[int, int] | None:
    """(done, total) of work that is under way; None where nothing is known."""
    try:
        done, total = json.loads(_file(key, "json").read_text())
    except (OSError, ValueError):
        return None
    return int(done), int(total)


def stop(key: str) -> bool:
    """Ask work under way to end; False where none is seen."""
    if seen(key) is None:
        return False
    _file(key, "stop").touch()
    return True
