"""Many people and machines at once against a running site: each keeps a connection, asks, thinks,
tries again what was not acknowledged, and remembers what was."""

import asyncio
import itertools
import json
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import psycopg

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"set-cookie: *([^=]+)=([^;\r]*)", re.IGNORECASE)
PATIENCE = 20.0  # seconds for one answer
AGAIN = 1.0  # seconds before a second try
EVENT = {  # one observation; a machine gives it an id of its own
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2026-11-28T08:00:00.000+07:00",
    "eventTimeZoneOffset": "+07:00", "epcList": ["https://id.gs1.org/01/08931234567894/21/1"],
    "bizStep": "storing", "readPoint": {"id": "https://id.gs1.org/414/8931234567894"},
}  # fmt: skip


@dataclass
class Tally:
    """What came of one kind of request."""

    times: list[float] = field(default_factory=list)  # seconds, of good answers
    codes: Counter[int] = field(default_factory=Counter)  # 0: no answer
    first_good_after: float = 0.0  # moment of the first good answer since `marked`
    marked: float = 0.0

    def note(self, code: int, took: float, good: bool) -> None:
        """One answer."""
        self.codes[code] += 1
        if good:
            self.times.append(took)
            if self.marked and not self.first_good_after:
                self.first_good_after = time.monotonic()

    def mark(self) -> None:
        """From now on the first good answer counts."""
        self.marked, self.first_good_after = time.monotonic(), 0.0

    def at(self, share: float) -> float:
        """The time below which that share of good answers came, seconds."""
        times = sorted(self.times)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


class Line:
    """One connection of one visitor, with cookies; opened anew when it breaks."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.port, self.headers = port, headers or {}
        self.cookies: dict[str, str] = {}
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        """Status and body; status 0 where no answer came."""
        try:
            return await asyncio.wait_for(self._asked(method, path, body, headers), PATIENCE)
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            return 0, b""

    async def _asked(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        if self._pair is None:
            self._pair = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._pair
        told = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        told |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        for name, value in COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        length = LENGTH.search(head)
        if length:
            content = await reader.readexactly(int(length[1]))
        elif b"chunked" in head.lower():
            content = await self._chunks(reader)
        else:
            content = b""
        if b"connection: close" in head.lower():
            self.close()
        return int(head[9:12]), content

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts)

    def close(self) -> None:
        """The next question opens a new one."""
        if self._pair is not None:
            self._pair[1].close()
            self._pair = None


@dataclass
class Crowd:
    """Everybody together; `until` ends all (time.monotonic)."""

    port: int
    until: float
    tallies: dict[str, Tally] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)  # acknowledged
    sheets: dict[str, int] = field(default_factory=dict)  # by member: newest acknowledged revision

    def tally(self, kind: str) -> Tally:
        """The one of that kind."""
        return self.tallies.setdefault(kind, Tally())

    def lost(self, url: str) -> tuple[int, int, int]:
        """By the database's own tables: acknowledged events that are not there, events that are
        there twice, sheets older than what was acknowledged."""
        with psycopg.connect(url) as line:
            rows = line.execute(
                "SELECT document FROM events_event WHERE document LIKE '%urn:uuid:%'"
            ).fetchall()
            newest = dict(
                line.execute(
                    "SELECT u.username, max(s.revision) FROM councils_scoresheet s "
                    "JOIN councils_councilmember m ON m.id = s.member_id "
                    "JOIN accounts_user u ON u.id = m.user_id WHERE s.current GROUP BY 1"
                ).fetchall()
            )
        kept = [json.loads(row[0])["eventID"] for row in rows]
        behind = sum(newest.get(name, 0) < acked for name, acked in self.sheets.items())
        return len(self.events - set(kept)), len(kept) - len(set(kept)), behind

    async def ask(
        self,
        kind: str,
        line: Line,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        good: tuple[int, ...] = (200,),
        **headers: str,
    ) -> tuple[int, bytes]:
        """One question, noted."""
        began = time.monotonic()
        code, content = await line.ask(method, path, body, **headers)
        self.tally(kind).note(code, time.monotonic() - began, code in good)
        return code, content

    async def pace(self, rate: float, deed: Callable[[int], Awaitable[None]]) -> None:
        """Do it `rate` times a second, however long one takes; late ones are not skipped but
        follow at once, so that a slow server shows as waiting."""
        began = time.monotonic()
        for number in itertools.count():
            due = began + number / rate
            if due > self.until:
                return
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > self.until:
                return
            await deed(number)

    async def scanner(self, rate: float, paths: list[str], good: tuple[int, ...]) -> None:
        """Scans codes, so many a second."""
        line, chance = Line(self.port, {"Accept-Language": "vi"}), random.Random(rate)

        async def scan(_number: int) -> None:
            await self.ask("scan", line, "GET", chance.choice(paths), good=good)

        await self.pace(rate, scan)

    async def machine(self, name: str, token: str, rate: float, event: dict[str, object]) -> None:
        """Captures events one by one; each is sent until it is acknowledged."""
        line = Line(self.port, {"Authorization": f"Bearer {token}"})

        async def capture(number: int) -> None:
            known = f"urn:uuid:{name}-{number}"
            body = json.dumps(event | {"eventID": known}).encode()
            while time.monotonic() < self.until:
                code, _told = await self.ask(
                    "capture", line, "POST", "/epcis/events", body, good=(201, 409),
                    Content_Type="application/json",
                )  # fmt: skip
                if code in (201, 409):
                    self.events.add(known)
                    return
                await asyncio.sleep(AGAIN)

        await self.pace(rate, capture)

    async def member(
        self,
        name: str,
        cookies: dict[str, str],
        item: int,
        sheets: list[dict[str, str]],
        rest: float,
    ) -> None:
        """Scores one product over and over: each saving is sent until it is acknowledged."""
        line, chance = Line(self.port), random.Random(name)
        line.cookies |= cookies
        path, revision = f"/hoi-dong/muc/{item}/phieu/", 0
        while time.monotonic() < self.until:
            sheet = chance.choice(sheets) | {"csrfmiddlewaretoken": cookies["csrftoken"]}
            body = urlencode(sheet | {"revision": str(revision), "remark": name}).encode()
            code, told = await self.ask(
                "score", line, "POST", path, body, X_Autosave="1",
                Content_Type="application/x-www-form-urlencoded",
            )  # fmt: skip
            if code == 200:
                revision = json.loads(told)["revision"]
                self.sheets[name] = revision
            elif code == 409:  # an earlier try arrived without its answer: go on from there
                _code, page = await self.ask("page", line, "GET", path)
                found = re.search(rb'name="revision" value="(\d+)"', page)
                revision = int(found[1]) if found else revision
            await asyncio.sleep(rest * chance.uniform(0.5, 1.5) if code in (200, 409) else AGAIN)

    async def reader(
        self, name: str, cookies: dict[str, str], paths: list[str], rest: float
    ) -> None:
        """Opens pages, one after another, with time to read."""
        line, chance = Line(self.port), random.Random(name)
        line.cookies |= cookies
        await asyncio.sleep(chance.uniform(0, rest))
        while time.monotonic() < self.until:
            await self.ask("page", line, "GET", chance.choice(paths))
            await asyncio.sleep(rest * chance.uniform(0.5, 1.5))
