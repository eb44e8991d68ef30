"""Top-level resources: what the repository knows of, page by page; named queries."""

import re
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.http import HttpRequest, HttpResponse

from saola.epcis.documents import EVENTS, STANDARD, prefixes
from saola.epcis.mentions import THINGS, Role, mentions
from saola.epcis.queries import BadQuery, read_query
from saola.epcis.writing import CONTEXT
from saola.server.events.models import Access, Event, Mention, NamedQuery, Word
from saola.server.events.search import whole
from saola.server.events.store import key_of
from saola.server.web.api.answers import Problem, json_answer, wants_xml
from saola.server.web.api.capture import body_of
from saola.server.web.api.events import answered
from saola.server.web.api.paging import Pages

KINDS = ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
ROLES: dict[str, tuple[Role, ...]] = {
    "epcs": tuple(THINGS),
    "bizLocations": (Role.LOCATION,),
    "readPoints": (Role.PLACE,),
}
WORDS = {"bizSteps": Word.Kind.STEP, "dispositions": Word.Kind.DISPOSITION}
NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
LARGEST = 64 * 1024  # bytes of a query
CBV = "https://ref.gs1.org/cbv/"  # words that everybody has


def root(request: HttpRequest, access: Access | None) -> HttpResponse:
    """GET /: the names of all."""
    return _collection(["capture", "events", *KINDS, "queries"])


def _collection(members: list[str]) -> HttpResponse:
    return json_answer({"@context": CONTEXT, "type": "Collection", "member": members})


def known(request: HttpRequest, access: Access | None, kind: str) -> HttpResponse:
    """GET /{resource}."""
    wants_xml(request, possible=False)
    pages = Pages(request, access)
    if kind == "eventTypes":
        return _collection(list(EVENTS))
    if kind in WORDS:
        return _words(pages, WORDS[kind], access)
    keys = Mention.objects.filter(
        role__in=ROLES[kind], seq__in=Event.objects.readable_by(access).values("seq")
    )
    if pages.after is not None:
        keys = keys.filter(key__gt=pages.after)
    rows = list(keys.values("key").annotate(first=Min("seq")).order_by("key")[: pages.size])
    events = {row.seq: row for row in Event.objects.filter(seq__in=[r["first"] for r in rows])}
    names = [_name(events[row["first"]], row["key"], ROLES[kind]) for row in rows]
    more = rows[-1]["key"] if len(rows) == pages.size else None
    return pages.linked(_collection([name for name in names if name]), more)


def _name(row: Event, key: int, roles: tuple[Role, ...]) -> str:
    """The text of what an event names under this key."""
    event, _ = whole(row)
    return next(
        (text for role, text in mentions(event) if role in roles and key_of(text) == key), ""
    )


def _words(pages: Pages, kind: int, access: Access | None) -> HttpResponse:
    """Words of CBV, and those of others as far as their events may be read."""
    column = "step" if kind == Word.Kind.STEP else "disposition"
    told = Event.objects.readable_by(access).filter(**{column: OuterRef("pk")})
    rows = Word.objects.filter(kind=kind, pk__gt=pages.after or 0)
    rows = rows.filter(Q(text__startswith=CBV) | Q(Exists(told)))
    found = list(rows.order_by("pk")[: pages.size])
    more = found[-1].pk if len(found) == pages.size else None
    return pages.linked(_collection([word.text for word in found]), more)


def one(request: HttpRequest, access: Access | None, kind: str, value: str) -> HttpResponse:
    """GET /{resource}/{value}: what there is below."""
    if kind == "eventTypes" and value not in EVENTS:
        raise Problem("NoSuchResourceException", "no such type of event")
    return _collection(["events"])


def queries(request: HttpRequest, access: Access | None) -> HttpResponse:
    """GET /queries: those of this token."""
    who = reading(access)
    pages = Pages(request, who)
    rows = NamedQuery.objects.filter(access=who, name__gt=pages.after or "")[: pages.size]
    found = list(rows)
    more = found[-1].name if len(found) == pages.size else None
    return pages.linked(json_answer([_query(row) for row in found]), more)


def reading(access: Access | None) -> Access:
    """The token; Problem without one."""
    if access is None:
        raise Problem("SecurityException", "a token is needed")
    return access


def _query(row: NamedQuery) -> dict[str, Any]:
    return {"name": row.name, "query": row.asked}


def make(request: HttpRequest, access: Access | None) -> HttpResponse:
    """POST /queries: 201, or 409 where the name is taken."""
    who = reading(access)
    with body_of(request, LARGEST) as file:
        content = file.read()
    if b"\\u0000" in content:
        raise Problem("ValidationException", "a character that no text has")
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Problem("ValidationException", str(fault)) from None
    name, given = (told.get("name"), told.get("query")) if isinstance(told, dict) else ("", None)
    if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(given, dict):
        raise Problem("ValidationException", "name (letters, digits, _ . -) and query are expected")
    spaces = STANDARD | prefixes(given.pop("@context", None))
    try:
        read_query(given, spaces)
        with transaction.atomic():
            NamedQuery.objects.create(name=name, access=who, asked=given, spaces=spaces)
    except BadQuery as fault:
        raise Problem("QueryParameterException", str(fault)) from None
    except IntegrityError:
        raise Problem("ResourceAlreadyExistsException", name) from None
    answer = HttpResponse(status=201)
    answer["Location"] = request.build_absolute_uri("/epcis/queries/") + name
    return answer


def named(access: Access | None, name: str) -> NamedQuery:
    """The token's query of that name; Problem where there is none."""
    found = NamedQuery.objects.filter(access=reading(access), name=name).first()
    if found is None:
        raise Problem("NoSuchNameException", "no such query")
    return found


def query(_request: HttpRequest, access: Access | None, name: str) -> HttpResponse:
    """GET /queries/{name}."""
    return json_answer(_query(named(access, name)))


def forget(_request: HttpRequest, access: Access | None, name: str) -> HttpResponse:
    """DELETE /queries/{name}."""
    named(access, name).delete()
    return HttpResponse(status=204)


def results(request: HttpRequest, access: Access | None, name: str) -> HttpResponse:
    """GET /queries/{name}/events."""
    row = named(access, name)
    return answered(request, read_query(row.asked, row.spaces), access, row.name)


def release(_request: HttpRequest, access: Access | None, token: str) -> HttpResponse:
    """DELETE /nextPageToken/{token}: nothing is held for a token, so nothing can be released."""
    raise Problem("NotImplementedException", "page tokens hold nothing and end by themselves")
