"""A machine in front: resolver and scan pages from the published file alone, without a database.
It fetches what changed, hands over what it counted, and asks the main site how often a label was
checked, while that answers."""

import contextlib
import json
import logging
import secrets
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone

from saola.gs1.resolution import Link
from saola.gs1.serials import NoSerial, roll_and_place
from saola.server.accounts.backends import visitor
from saola.server.labels.lookup import Look, Standing, of_lot, of_serial
from saola.server.labels.scans import MINUTE, Scan, folder, token, write_scan
from saola.server.web.resolver import page, published
from saola.server.web.resolver.application import IS_LINK, WELL_KNOWN, Resolver

PAUSE = 2.0  # seconds between looks at the main site
PATIENCE, LEFT_ALONE = 0.3, 10.0  # seconds for one answer; while it is not asked after none
LONGEST = 60.0  # seconds for fetching
log = logging.getLogger("saola.front")


class _Stay(urllib.request.HTTPRedirectHandler):
    """The token goes nowhere else."""

    def redirect_request(self, *_told: Any) -> None:
        """No."""


OPENER = urllib.request.build_opener(_Stay)


class Published:
    """The file, read by each thread with a connection of its own."""

    def __init__(self) -> None:
        self._own = threading.local()

    def body(self, key: str) -> bytes | None:
        """One entry; None where there is none."""
        line = self._line()
        row = line.execute("SELECT body FROM entry WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def _line(self) -> sqlite3.Connection:
        """This thread's connection to the file that is there now."""
        path = published.file()
        line: sqlite3.Connection | None = getattr(self._own, "line", None)
        try:
            now = (path.stat().st_dev, path.stat().st_ino)
        except FileNotFoundError:
            now = None
        if line is None or now is None or now != self._own.stamp:
            line = self._own.line = published.opened(path)
            self._own.stamp = (path.stat().st_dev, path.stat().st_ino)
        return line

    def value(self, key: str) -> Any:
        """One entry as JSON."""
        body = self.body(key)
        return None if body is None else json.loads(body)

    def of(self, anchor: str) -> tuple[Link, ...]:
        """Links of one path."""
        rows = self.value(f"L{anchor}") or ()
        return tuple(Link(anchor, *row) for row in rows)

    def links(self, anchors: Iterable[str]) -> list[Link]:
        """Links of these paths."""
        return [link for anchor in anchors for link in self.of(anchor)]


class Main:
    """The main site, asked with the token."""

    def __init__(self, address: str) -> None:
        self.address, self._silent_until = address.rstrip("/"), 0.0

    def ask(self, path: str, body: bytes | None = None, patience: float = LONGEST) -> Any:
        """An open answer; OSError where there is none."""
        request = urllib.request.Request(f"{self.address}{path}", body)  # noqa: S310 - the operator's own
        request.add_header("Authorization", f"Bearer {settings.FRONT_TOKEN}")
        return OPENER.open(request, timeout=patience)

    def times(self, roll: int, place: int) -> tuple[int | None, str | None]:
        """How often a label was checked; (None, None) where nobody can say now."""
        if time.monotonic() < self._silent_until:
            return None, None
        try:
            with self.ask(f"/phat-hanh/da-xem/{roll}/{place}/", patience=PATIENCE) as answer:
                told = json.load(answer)
        except (OSError, ValueError, HTTPException):
            self._silent_until = time.monotonic() + LEFT_ALONE
            return None, None
        return told["times"], told["first_at"]


class Front:
    """The WSGI callable."""

    def __init__(self, address: str) -> None:
        self.index, self.main = Published(), Main(address)
        self.resolver = Resolver(self.index, lambda _anchors: [])

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """One request."""
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            now = published.state(published.opened(published.file()))
            start_response("200 OK" if now.version else "503 Service Unavailable", [])
            return [json.dumps({"source": now.source, "version": now.version}).encode()]
        if IS_LINK(path) or path == WELL_KNOWN:
            return self.resolver(environ, start_response)
        if path.startswith(f"{page.PREFIX}/"):
            status, body = self._page(environ)
            start_response(status, [*page.HEADERS, ("Content-Length", str(len(body)))])
            return [body if environ["REQUEST_METHOD"] != "HEAD" else b""]
        start_response(
            "307 Temporary Redirect", [("Location", f"{settings.BASE_URL}{quote(path)}")]
        )
        return [b""]

    def _page(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", b""
        asked = page.asked_of(environ)
        if asked is None:
            return "404 Not Found", page.missing(page.language_of(environ))
        today = timezone.localdate()
        look = self.look(asked, today)
        body = self.index.body(f"P{asked.gtin}/{look.lot or ''}/{asked.language}")
        if body is None:
            return "404 Not Found", page.missing(asked.language)
        top, _, bottom = zlib.decompress(body).partition(b"\0")
        if environ["REQUEST_METHOD"] == "GET":
            with contextlib.suppress(OSError):  # a full disk must not hide a recall
                self._remember(asked, look, environ, today)
        return "200 OK", top + page.band(look, asked.language) + bottom

    def look(self, asked: page.Asked, today: date) -> Look:
        """What a code says, as `labels.lookup.look` does it from the database."""
        beside = self.index.value(f"C{asked.gtin}/{asked.lot}") if asked.lot else None
        lot = of_lot(tuple(beside), today) if beside else Look(Standing.UNKNOWN)
        if not asked.serial:
            return lot if asked.lot else Look(Standing.PLAIN)
        found = self._serial(asked, today)
        stopped = lot.standing in (Standing.RECALLED, Standing.HELD)
        return lot if found.lot is None and stopped else found

    def _serial(self, asked: page.Asked, today: date) -> Look:
        try:
            number, place = roll_and_place(settings.SERIAL_KEY, asked.serial)
        except NoSerial:
            return Look(Standing.UNKNOWN)
        row = self.index.value(f"R{number}")
        if row is None or row[0] != asked.gtin:
            return Look(Standing.UNKNOWN)
        _gtin, count, state, lot, spoiled = row
        of = self.index.value(f"B{lot}") if lot else None
        stands = of[2:] if of else [None, None, None]
        torn = any(first <= place < first + many for first, many in spoiled)
        times, first_at = self.main.times(number, place)
        return of_serial(number, place, (count, state, lot, *stands, times, first_at, torn), today)

    def _remember(
        self, asked: page.Asked, look: Look, environ: dict[str, Any], today: date
    ) -> None:
        kind = "serial" if asked.serial else "lot" if asked.lot else "item"
        if look.standing == Standing.UNKNOWN:
            kind = "unknown"
        at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        agent = environ.get("HTTP_USER_AGENT", "")
        device = token(visitor(environ), agent, today, self._salt(today))
        write_scan(Scan(at, kind, asked.gtin, asked.area, device, look.roll, look.place))

    def _salt(self, today: date) -> bytes:
        """The main site's salt of the day; one of this process while it has not come."""
        line = published.opened(published.file())
        row = line.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
        line.close()
        day, salt = json.loads(row[0]) if row else ("", "")
        return bytes.fromhex(salt) if day == today.isoformat() else OWN_SALT


OWN_SALT = secrets.token_bytes(32)


def fetch(main: Main) -> None:
    """Bring the file up to date; ValueError where it does not add up."""
    with contextlib.closing(published.opened(published.file())) as line:
        now = published.state(line)
    asked = urlencode({"nguon": now.source, "tu": now.version})
    with main.ask(f"/phat-hanh/?{asked}") as answer:
        published.take(published.file(), answer)


def hand_over(main: Main) -> int:
    """Send minutes of scans that are over; how many."""
    minute, sent = int(time.time()) // MINUTE - 1, 0
    for path in sorted(folder().glob("*.scans")):
        if path.name < f"{minute:010}":
            try:
                main.ask(f"/phat-hanh/luot-quet/{path.stem}/", path.read_bytes()).close()
            except urllib.error.HTTPError as refused:
                if refused.code != 413:
                    raise
                log.warning("%s is too large and is not counted", path.name)
                path.rename(path.with_suffix(".large"))
                continue
            path.unlink()
            sent += 1
    return sent


def tend(main: Main, stop: Callable[[], bool]) -> None:
    """Fetch and hand over until it is told to stop."""
    while not stop():
        for act in (fetch, hand_over):
            try:
                act(main)
            except Exception as fault:  # the next turn tries again, whatever it was
                log.warning("%s: %s", act.__name__, fault)
        time.sleep(PAUSE)
