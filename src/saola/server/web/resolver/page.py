"""The page a buyer sees, as a plain WSGI callable: made once for each lot and language, with the
standing of the very code put in each time."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signals
from django.template.loader import render_to_string
from django.utils import timezone, translation

from saola.gs1.identifiers import BadGs1
from saola.gs1.resolution import read
from saola.server.accounts.backends import told_by_proxy, visitor
from saola.server.labels import lookup
from saola.server.labels.lookup import Look, Standing
from saola.server.labels.scans import Scan, token, write_scan
from saola.server.places.office import office_of
from saola.server.traceability.models import Lot, TradeItem
from saola.server.web.resolver import facts

PREFIX = "/truy-xuat"
STATE = "<!-- the standing of this code -->"
KEPT = 300.0  # seconds that a page is shown before its class and days are looked at again
MOST_KEPT = 2000  # pages in memory
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "private, no-cache"),
    ("Vary", "Accept-Language"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'self'; img-src 'self' {settings.BASE_URL}; "
        "base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'",
    ),
]
Start = Callable[..., Any]
log = logging.getLogger("saola.scans")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a code holds, and who asks."""

    gtin: str
    lot: str
    serial: str
    language: str
    area: str


@dataclass(frozen=True, slots=True)
class _Made:
    until: float
    top: bytes
    bottom: bytes


_PAGES: dict[tuple[str, int | None, str, str, date], _Made] = {}


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One request for a page."""
    signals.request_started.send(sender=application, environ=environ)
    try:
        status, body = _answered(environ)
    finally:
        signals.request_finished.send(sender=application)
    start_response(status, [*HEADERS, ("Content-Length", str(len(body)))])
    return [body if environ["REQUEST_METHOD"] != "HEAD" else b""]


def _answered(environ: dict[str, Any]) -> tuple[str, bytes]:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed", b""
    asked = asked_of(environ)
    if asked is None:
        return "404 Not Found", missing(language_of(environ))
    today = timezone.localdate()
    look = lookup.look(asked.gtin, asked.lot, asked.serial, today)
    made = _page(asked, look, today)
    if made is None:
        return "404 Not Found", missing(asked.language)
    if environ["REQUEST_METHOD"] == "GET":
        try:
            _remember(asked, look, environ)
        except Exception:  # a full disk must not hide a recall
            log.exception("a scan was not kept")
    return "200 OK", made.top + band(look, asked.language) + made.bottom


def band(look: Look, language: str) -> bytes:
    """What stands at the top of the page about the very code."""
    first = timezone.localtime(look.first_at) if look.first_at else None
    seen = (look.times, first and first.date())
    return _standing(look.standing, seen, language, lot=look.lot is not None)


@lru_cache(maxsize=4096)
def _standing(
    standing: Standing, seen: tuple[int, date | None], language: str, *, lot: bool
) -> bytes:
    """The band at the top; the same for all labels that stand alike."""
    look = {"standing": standing, "times": seen[0], "first_at": seen[1], "lot": lot}
    with translation.override(language):
        return render_to_string("resolver/standing.html", {"look": look}).encode()


def asked_of(environ: dict[str, Any]) -> Asked | None:
    """What the address asks for; None where it is no Digital Link."""
    sent = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        link = read(quote(sent.removeprefix(PREFIX), safe="/:@!$&'()*+,;=-._~"))
    except BadGs1:
        return None
    values = dict(link.elements)
    area = told_by_proxy(environ, "area_header")[:2]
    return Asked(
        values.get("01", ""),
        values.get("10", ""),
        values.get("21", ""),
        language_of(environ),
        area if area.isdigit() else "",
    )


def language_of(environ: dict[str, Any]) -> str:
    """As chosen in the address, else as the browser would like."""
    query = str(environ.get("QUERY_STRING", ""))
    chosen = dict(part.partition("=")[::2] for part in query.split("&")).get("hl", "")
    if chosen in ("vi", "en"):
        return chosen
    for part in str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))[:500].split(","):
        if part.strip()[:2].lower() in ("vi", "en"):
            return part.strip()[:2].lower()
    return "vi"


def _page(asked: Asked, look: Look, today: date) -> _Made | None:
    """The page around the standing, from memory where nothing changed; None for unknown goods."""
    key = (asked.gtin, look.lot, look.changed if look.lot else "", asked.language, today)
    found = _PAGES.get(key)
    if found is not None and found.until > time.monotonic():
        return found
    rows = TradeItem.objects.select_related("producer__place", "product__photo")
    item = rows.filter(gtin=asked.gtin).first()
    if item is None:
        return None
    lots = Lot.objects.select_related("item__producer", "area__producer__place", "cause__item")
    lot = lots.filter(pk=look.lot).first() if look.lot else None
    with translation.override(asked.language):
        text = render_to_string("resolver/scan.html", context_of(item, lot, today))
    top, _, bottom = text.partition(STATE)
    made = _Made(time.monotonic() + KEPT, top.encode(), bottom.encode())
    if len(_PAGES) >= MOST_KEPT:
        _PAGES.clear()
    _PAGES[key] = made
    return made


def context_of(item: TradeItem, lot: Lot | None, today: date) -> dict[str, Any]:
    """Everything that the page shows, the standing apart."""
    chain = facts.stages(lot) if lot else []
    found = facts.recognition(item, today)
    photo = bool(item.product and item.product.photo_id and found)
    return {
        "item": item,
        "lot": lot,
        "path": lot.path if lot else item.path,
        "stages": chain,
        "recognition": found,
        "photo": photo,
        "address": facts.maker_address(item.producer),
        "area": facts.area_name(lot.area) if lot and lot.area else "",
        "circular": facts.circular(item, lot, chain, photo),
        "passport": facts.passport(item, lot, chain, found),
        "links": item.links.filter(lot=None),
        "illustrative": item.producer.illustrative,
        "STATE": STATE,
        "PROVINCE": office_of(item.producer.place).name,
        "LANGUAGE": translation.get_language(),
    }


def missing(language: str) -> bytes:
    """The page of goods that nobody knows here."""
    with translation.override(language):
        return render_to_string("resolver/unknown.html", {"LANGUAGE": language}).encode()


def _remember(asked: Asked, look: Look, environ: dict[str, Any]) -> None:
    """The scan, without the address of who scanned."""
    kind = "serial" if asked.serial else "lot" if asked.lot else "item"
    if look.standing == Standing.UNKNOWN:
        kind = "unknown"
    now = datetime.now(UTC)
    address = visitor(environ)
    device = token(address, environ.get("HTTP_USER_AGENT", ""), timezone.localdate())
    at = now.replace(tzinfo=None).isoformat(timespec="seconds")
    write_scan(Scan(at, kind, asked.gtin, asked.area, device, look.roll, look.place))
