"""Pages read from the nodes that follow the database's leader, but never older than what the same
person wrote: a write leaves its place in the log with the browser, and a node that has not come
that far is not asked."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse

COOKIE, LASTS = "da-ghi", 60  # seconds; a follower that is behind for longer is not asked
LOOK = 5.0  # seconds between looks at that
PLACE = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
# whether this request must read from the leader, and whether it wrote
LEADER: ContextVar[bool] = ContextVar("leader", default=True)
WROTE: ContextVar[bool] = ContextVar("wrote", default=False)


class Router:
    """Where a question goes; from its first write on, a request stays with the leader."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """A follower where the request may."""
        return "default" if LEADER.get() else "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """The leader."""
        LEADER.set(True)
        WROTE.set(True)
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Both names are the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Tables are the leader's matter."""
        return db == "default"


class ReadYourWrites:
    """Decides for each request, before anything is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reading = request.method in ("GET", "HEAD")
        place = request.COOKIES.get(COOKIE, "")
        LEADER.set(not (reading and _has_come(place)))
        WROTE.set(False)
        try:
            response = self.get_response(request)
            if WROTE.get() and response.status_code < 500:
                told = {"max_age": LASTS, "httponly": True, "samesite": "Lax"}
                response.set_cookie(COOKIE, _place(), secure=request.is_secure(), **told)  # type: ignore[arg-type]
            return response
        finally:
            LEADER.set(True)


def _place() -> str:
    """How far the leader's log has come."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(cursor.fetchone()[0])


def _has_come(place: str) -> bool:
    """Whether the follower shows what was written up to there."""
    if not PLACE.fullmatch(place):
        return _keeps_up()
    with connections["replica"].cursor() as cursor:
        cursor.execute(
            "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn", [place]
        )
        return bool(cursor.fetchone()[0])


class _Looked:
    """When this process last looked at its follower, and what it saw."""

    until, well = 0.0, True


def _keeps_up() -> bool:
    """Whether the follower is not behind for longer than a cookie lasts; looked at every few
    seconds. One that stands still would show ended sessions and roles that were taken back."""
    now = time.monotonic()
    if now >= _Looked.until:
        with connections["replica"].cursor() as cursor:
            cursor.execute(
                "SELECT NOT pg_is_in_recovery() "
                "OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() "
                "OR now() - pg_last_xact_replay_timestamp() < make_interval(secs => %s)",
                [LASTS],
            )
            _Looked.well = bool(cursor.fetchone()[0])
        _Looked.until = now + LOOK
    return _Looked.well
