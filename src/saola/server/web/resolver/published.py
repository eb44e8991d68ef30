"""What machines in front serve from, without a database: links, rolls, lots and pages in one SQLite
file with a version for each entry, so that only what changed is fetched."""

import hashlib
import json
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from saola.server.events.models import Head, Mention
from saola.server.labels.models import Roll, Spoiled
from saola.server.labels.scans import salt_of
from saola.server.recognition.models import Recognition
from saola.server.traceability import index
from saola.server.traceability.models import Lot, TradeItem
from saola.server.web.resolver.page import STATE, context_of

AFRESH = 6 * 3600  # seconds after which a page is made again though nothing of its own changed
LANGUAGES = ("vi", "en")
A_TURN = 500  # pages that only age asks for, made anew in one turn: a recall waits for no more
SUM = 2**256
AS_IT_WAS: Any = object()  # an entry that need not be looked at
PUT = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)"
TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB, weight TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entry_version ON entry (version);
CREATE TABLE IF NOT EXISTS made (key TEXT PRIMARY KEY, base TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def file() -> Path:
    """The file of this machine."""
    return Path(settings.DATA) / "front.sqlite3"


@dataclass(frozen=True, slots=True)
class State:
    """Where a file stands: whose it is, its version, and the sum over all live entries."""

    source: str
    version: int
    total: int


def opened(path: Path) -> sqlite3.Connection:
    """The file, with its tables."""
    made = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    made.execute("PRAGMA journal_mode=WAL")
    made.executescript(TABLES)
    return made


def state(line: sqlite3.Connection) -> State:
    """As the file says; a new one is version 0."""
    told = dict(line.execute("SELECT name, value FROM meta"))
    return State(told.get("source", ""), int(told.get("version", 0)), int(told.get("total", 0)))


def keep(line: sqlite3.Connection, now: State) -> None:
    """Write where it stands."""
    rows = {"source": now.source, "version": str(now.version), "total": str(now.total)}
    line.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())


def weight(key: str, body: bytes | None) -> int:
    """An entry's part of the sum; nothing for one that is gone."""
    if body is None:
        return 0
    return int.from_bytes(hashlib.sha256(key.encode() + b"\0" + body).digest())


def publish() -> int:
    """Bring the file up to date; how many entries changed. One transaction: readers see the old
    state or the new one."""
    with closing(opened(file())) as line:
        line.execute("BEGIN IMMEDIATE")
        before = state(line)
        version, total, seen, changed = before.version + 1, before.total, set(), 0
        known = {key: int(told, 16) for key, told in line.execute("SELECT key, weight FROM entry")}
        for key, body in _entries(line, known):
            seen.add(key)
            if body is AS_IT_WAS:
                continue
            old, now = known.get(key, 0), weight(key, body)
            if old != now:
                total += now - old
                line.execute(PUT, (key, version, body, f"{now:x}"))
                changed += 1
        for key, old in known.items():
            if key not in seen and old:
                total -= old
                line.execute(PUT, (key, version, None, "0"))
                changed += 1
        if changed:
            source = before.source or uuid.uuid4().hex
            keep(line, State(source, version, total % SUM))
        line.execute("COMMIT")
    return changed


def _entries(line: sqlite3.Connection, known: dict[str, int]) -> Iterator[tuple[str, Any]]:
    """Every entry as it is now; pages only where they must be made again, else as they were."""
    links: dict[str, list[Any]] = {}
    for link in index.every_link():
        links.setdefault(link.anchor, []).append(
            [link.rel, link.href, link.title, link.language, link.media, link.context, link.default]
        )
    for anchor, rows in links.items():
        yield f"L{anchor}", _packed(rows)
    spoiled: dict[int, list[list[int]]] = {}
    for roll, first, count in Spoiled.objects.values_list("roll", "first", "count"):
        spoiled.setdefault(roll, []).append([first, count])
    rolls = Roll.objects.values_list("pk", "item__gtin", "count", "state", "lot").order_by("pk")
    for pk, gtin, count, stands, lot in rolls.iterator(chunk_size=5000):
        yield f"R{pk}", _packed([gtin, count, stands, lot, spoiled.get(pk, [])])
    yield from _lots_and_pages(line, known, links)


def _lots_and_pages(
    line: sqlite3.Connection, known: dict[str, int], links: dict[str, list[Any]]
) -> Iterator[tuple[str, Any]]:
    fresh, now, left = _touched(line), time.time(), A_TURN
    made = {key: (base, at) for key, base, at in line.execute("SELECT key, base, at FROM made")}
    for item, lots, around in _goods():
        for lot in (None, *lots):
            stands: list[Any] = []
            if lot is not None:
                stands = [lot.pk, lot.state, _text(lot.best_before), _text(lot.changed_at)]
                yield f"C{item.gtin}/{lot.code}", _packed(stands)
                yield f"B{lot.pk}", _packed([item.gtin, lot.code, *stands[1:]])
            base = repr((stands, links.get(lot.path if lot else item.path), around))
            for language in LANGUAGES:
                key = f"P{item.gtin}/{lot.pk if lot else ''}/{language}"
                old, at = made.get(key, ("", 0.0))
                must = not known.get(key) or old != base or (lot is not None and lot.key in fresh)
                if not must and (now - at <= AFRESH or left <= 0):
                    yield key, AS_IT_WAS
                    continue
                left -= not must
                line.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", (key, base, now))
                yield key, _page(item, lot, language)


def _goods() -> Iterator[tuple[TradeItem, list[Lot], str]]:
    """Goods with their lots, and what else stands on their pages: five hundred at a time."""
    items = TradeItem.objects.select_related("producer__place", "product__photo").order_by("pk")
    lots = Lot.objects.select_related("item__producer", "area__producer__place", "cause__item")
    for chunk in _chunks(items.iterator(chunk_size=A_TURN)):
        of_item: dict[int, list[Lot]] = {}
        for lot in lots.filter(item__in=chunk).order_by("pk"):
            of_item.setdefault(lot.item_id, []).append(lot)
        products = [item.product_id for item in chunk if item.product_id]
        classes: dict[int, list[Any]] = {}
        for row in Recognition.objects.filter(product__in=products).order_by("pk").values():
            classes.setdefault(row["product_id"], []).append(sorted(row.items()))
        for item in chunk:
            photo = item.product.photo_id if item.product else None
            told = (item.name, item.producer.name, photo, classes.get(item.product_id or 0))
            yield item, of_item.get(item.pk, []), repr(told)


def _chunks(rows: Iterable[TradeItem]) -> Iterator[list[TradeItem]]:
    them = iter(rows)
    while chunk := list(islice(them, A_TURN)):
        yield chunk


def _page(item: TradeItem, lot: Lot | None, language: str) -> bytes:
    with translation.override(language):
        text = render_to_string("resolver/scan.html", context_of(item, lot, timezone.localdate()))
    top, _, bottom = text.partition(STATE)
    return zlib.compress(f"{top}\0{bottom}".encode())


def _touched(line: sqlite3.Connection) -> set[int]:
    """Keys of lots that events named since the last time."""
    last = Head.objects.values_list("last", flat=True).first() or 0
    told = line.execute("SELECT value FROM meta WHERE name = 'seq'").fetchone()
    line.execute("INSERT OR REPLACE INTO meta VALUES ('seq', ?)", (str(last),))
    since = int(told[0]) if told else 0
    rows = Mention.objects.filter(seq__gt=since, seq__lte=last)
    return set(rows.values_list("key", flat=True).distinct().iterator(chunk_size=5000))


def sound(path: Path) -> bool:
    """Whether every entry is what it was when it was taken."""
    try:
        with closing(opened(path)) as line:
            total = sum(weight(*row) for row in line.execute("SELECT key, body FROM entry"))
            return total % SUM == state(line).total
    except sqlite3.Error:
        return False


def forget(path: Path) -> None:
    """Nothing is known any more: the next fetch brings all."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _packed(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def changes(path: Path, source: str, since: int) -> Iterator[bytes]:
    """Lines for a machine in front: first where this file stands, then entries newer than `since`
    (all, where it followed another source), each [key, version, hexadecimal body or null]."""
    with closing(opened(path)) as line:
        line.execute("BEGIN")
        now = state(line)
        whole = source != now.source or since > now.version
        day = timezone.localdate()
        yield _packed(
            {
                "source": now.source, "version": now.version, "total": str(now.total),
                "whole": whole, "salt": [day.isoformat(), salt_of(day).hex()],
            }
        ) + b"\n"  # fmt: skip
        asked = "SELECT key, version, body FROM entry WHERE version > ? ORDER BY version"
        for key, version, body in line.execute(asked, (0 if whole else since,)):
            if not (whole and body is None):
                yield _packed([key, version, None if body is None else body.hex()]) + b"\n"


def take(path: Path, lines: Iterable[bytes]) -> State:
    """Put fetched lines into the file of a machine in front. What does not add up is refused whole
    (ValueError), and fetched from the beginning the next time."""
    rows = iter(lines)
    head = json.loads(next(rows))
    with closing(opened(path)) as line:
        line.execute("BEGIN IMMEDIATE")
        before = state(line)
        total = before.total
        if head["whole"]:
            line.execute("DELETE FROM entry")
            total = 0
        for row in rows:
            key, version, body = json.loads(row)
            content = None if body is None else bytes.fromhex(body)
            old = line.execute("SELECT weight FROM entry WHERE key = ?", (key,)).fetchone()
            its = weight(key, content)
            total += its - (int(old[0], 16) if old else 0)
            line.execute(PUT, (key, version, content, f"{its:x}"))
        now = State(head["source"], int(head["version"]), int(head["total"]))
        if total % SUM != now.total:
            line.execute("ROLLBACK")
            line.execute("DELETE FROM meta")
            raise ValueError("what was fetched does not add up; the next time all is fetched anew")
        keep(line, now)
        line.execute("INSERT OR REPLACE INTO meta VALUES ('salt', ?)", (json.dumps(head["salt"]),))
        line.execute("COMMIT")
    return now
