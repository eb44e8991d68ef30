"""The resolver's local index: links of all goods in one read-only SQLite file of this machine, made
anew when goods change and put in place at once. Whoever finds it dead asks the database."""

import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from saola.gs1.resolution import ASKED, VOC, Link
from saola.server.traceability.models import ItemLink, Lot, TradeItem

PATIENCE = 1.0  # seconds between looks at whether there is a newer file
HOUR = 3600.0
MOST_KNOWN = 100_000  # anchors kept in memory
MOST_ANCHORS = 8
COLUMNS = "anchor, rel, href, title, language, media, context, is_default"


def page_address(path: str = ASKED) -> str:
    """Where the page of a Digital Link is."""
    return f"{settings.BASE_URL}/truy-xuat{path}"


def passport_address(path: str = ASKED) -> str:
    """Where the product passport of a Digital Link is, as JSON."""
    return f"{settings.BASE_URL}/ho-chieu{path}"


def _own(item: TradeItem) -> Iterator[Link]:
    """The links that all goods have."""
    yield Link(item.path, f"{VOC}pip", page_address(), item.name, media="text/html", default=True)
    yield Link(
        item.path,
        f"{VOC}traceability",
        page_address(),
        f"{item.name}: truy xuất",
        "vi",
        "text/html",
    )
    yield Link(
        item.path,
        f"{VOC}traceability",
        f"{page_address()}?hl=en",
        f"{item.name}: traceability",
        "en",
        "text/html",
    )
    title = f"{item.name}: hộ chiếu số"
    yield Link(item.path, f"{VOC}dpp", passport_address(), title, media="application/json")


def _entered(row: ItemLink) -> Link:
    anchor = row.lot.path if row.lot else row.item.path
    return Link(anchor, f"{VOC}{row.kind}", row.href, row.title, row.language)


def from_database(anchors: Iterable[str]) -> list[Link]:
    """Links of these paths, asked of the database itself."""
    wanted = set(list(anchors)[:MOST_ANCHORS])
    gtins = {anchor.split("/")[2] for anchor in wanted if anchor.startswith("/01/")}
    items = TradeItem.objects.filter(gtin__in=gtins)
    found = [link for item in items for link in _own(item)]
    rows = ItemLink.objects.filter(item__in=items).select_related("item", "lot__item")
    found += [_entered(row) for row in rows]
    return [link for link in found if link.anchor in wanted]


def file() -> Path:
    """The index of this machine."""
    return Path(settings.DATA) / "resolver.sqlite3"


def publish() -> int:
    """Make the index anew; how many links it has. Readers see the old one or the new one, never a
    half."""
    part = file().with_name(f".resolver-{uuid.uuid4().hex}")
    with sqlite3.connect(part) as target:
        target.execute("PRAGMA journal_mode=OFF")
        target.execute(f"CREATE TABLE link ({COLUMNS})")
        count = 0
        for link in every_link():
            values = (
                link.anchor, link.rel, link.href, link.title, link.language, link.media,
                link.context, link.default,
            )  # fmt: skip
            target.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            count += 1
        target.execute("CREATE INDEX link_anchor ON link (anchor)")
    target.close()
    part.replace(file())
    return count


class Followed:
    """Makes this machine's index anew when goods changed on any machine, and every hour."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()
        self._due = 0.0

    def look(self) -> None:
        """Three small questions; the index where they are answered otherwise than before."""
        told = tuple(
            model.objects.aggregate(n=Count("pk"), last=Max("pk")).values()
            for model in (TradeItem, ItemLink, Lot)
        )
        now = tuple(tuple(row) for row in told)
        if now != self._seen or time.monotonic() > self._due:
            publish()
            self._seen, self._due = now, time.monotonic() + HOUR


def every_link() -> Iterator[Link]:
    """Links of all goods."""
    for item in TradeItem.objects.order_by("pk").iterator(chunk_size=2000):
        yield from _own(item)
    rows = ItemLink.objects.select_related("item", "lot__item")
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        yield _entered(row)


class Index:
    """Reads the file; one for each process."""

    def __init__(self) -> None:
        self._database: sqlite3.Connection | None = None
        self._stamp: tuple[int, int] | None = None
        self._look_at = 0.0
        self._known: dict[str, tuple[Link, ...]] = {}

    def links(self, anchors: Iterable[str]) -> list[Link]:
        """Links of these paths; from the database where the file is missing or broken."""
        wanted = list(anchors)[:MOST_ANCHORS]
        try:
            return [link for anchor in wanted for link in self.of(anchor)]
        except sqlite3.Error:
            self._stamp = None
            return from_database(wanted)

    def of(self, anchor: str) -> tuple[Link, ...]:
        """Links of one path; sqlite3.Error where the file is missing or broken."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + PATIENCE
            self._reopen()
        found = self._known.get(anchor)
        if found is None:
            if self._database is None:
                raise sqlite3.OperationalError("no index")
            rows = self._database.execute(f"SELECT {COLUMNS} FROM link WHERE anchor = ?", (anchor,))  # noqa: S608 - our own words
            found = tuple(Link(*row) for row in rows)
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[anchor] = found
        return found

    def _reopen(self) -> None:
        try:
            facts = file().stat()
        except OSError:
            self._database, self._stamp = None, None
            self._known = {}
            return
        if (facts.st_ino, facts.st_mtime_ns) == self._stamp:
            return
        if self._database is not None:
            self._database.close()
        self._known = {}
        address = f"file:{file()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._stamp = (facts.st_ino, facts.st_mtime_ns)


INDEX = Index()


def ready_answer(links: Iterable[Link]) -> str:
    """Where every plain request for goods without links of their own kinds goes, with ASKED in it;
    "" where the answer depends on more."""
    default = [link for link in links if link.default]
    same = [link for link in links if default and link.rel == default[0].rel]
    return default[0].href if len(default) == len(same) == 1 else ""
