"""Finding events: the database narrows, the question itself decides; page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from saola.epcis.documents import EVENTS, STANDARD, prefixes
from saola.epcis.identity import canonical_identity
from saola.epcis.mentions import Role
from saola.epcis.queries import MATCHES, Query
from saola.epcis.vocabulary import on_the_web
from saola.server.events.models import Access, Event, Mention, Word
from saola.server.events.store import ACTIONS, key_of

READ = 500  # rows of the database at a time
FEW = 200  # numbers that are told one by one
MOST_READ = 20_000  # rows gone through for one page; the next page goes on from there

Spaced = tuple[dict[str, Any], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Events found, and where the next page goes on: None at the end."""

    events: list[Spaced]
    after: tuple[str, int] | None


def search(
    query: Query, access: Access | None, size: int, after: Any = None, *, until: int | None = None
) -> Page:
    """One page of at most so many events that this token may read, none with a number beyond
    `until`; fewer where much had to be gone through, and then there is more."""
    by_time = query.order == "eventTime"
    rows = narrowed(query, Event.objects.readable_by(access))
    if until is not None:
        rows = rows.filter(seq__lte=until)
    found: list[Spaced] = []
    read = 0
    last = after
    while read < MOST_READ:
        chunk = list(_behind(rows, query, last)[:READ])
        for row in chunk:
            last = (row.event_time.isoformat() if by_time else "", row.seq)
            event = whole(row)
            if query.finds(*event):
                found.append(event)
                if len(found) == size:
                    return Page(found, last)
        read += len(chunk)
        if len(chunk) < READ:
            return Page(found, None)
    return Page(found, last)


def whole(row: Event) -> Spaced:
    """The event with its time of capture, and its prefixes."""
    event = msgspec.json.decode(row.document)
    event["recordTime"] = row.recorded_at.isoformat(timespec="milliseconds")
    return event, STANDARD | prefixes(event.get("@context"))


def _behind(rows: QuerySet[Event], query: Query, after: Any) -> QuerySet[Event]:
    """In the order asked for, from behind the place."""
    down = bool(query.order) and query.descending
    word = "lt" if down else "gt"
    sign = "-" if down else ""
    if query.order == "eventTime":
        if after:
            moment = datetime.fromisoformat(after[0])
            later = Q(**{f"event_time__{word}": moment})
            rows = rows.filter(later | Q(event_time=moment, **{f"seq__{word}": after[1]}))
        return rows.order_by(f"{sign}event_time", f"{sign}seq")
    if after:
        rows = rows.filter(**{f"seq__{word}": after[1]})
    return rows.order_by(f"{sign}seq")


def narrowed(query: Query, rows: QuerySet[Event]) -> QuerySet[Event]:
    """What the database can tell; never less than what is asked for."""
    for name, values in query.asked.items():
        for condition in _conditions(name, [str(value) for value in values]):
            rows = rows.filter(condition)
    return rows


def _conditions(name: str, values: list[str]) -> Iterator[Q]:
    if name == "eventType":
        yield Q(type__in=[EVENTS.index(value) for value in values])
    elif name in TIMES:
        column, word = TIMES[name]
        yield Q(**{f"{column}__{word}": datetime.fromisoformat(values[0])})
    elif name == "EQ_action":
        yield Q(action__in=[ACTIONS.index(value) for value in values if value in ACTIONS])
    elif name in WORDS:
        column, kind = WORDS[name]
        texts = [on_the_web(value, name.removeprefix("EQ_")) for value in values]
        known = Word.objects.filter(kind=kind, text__in=texts).values_list("pk", flat=True)
        yield Q(**{f"{column}__in": list(known)})
    elif name == "EXISTS_errorDeclaration":
        yield Q(declared=values[0].lower() not in ("false", "0"))
    else:
        yield from _by_mention(name, values)


TIMES = {
    "GE_eventTime": ("event_time", "gte"),
    "LT_eventTime": ("event_time", "lt"),
    "GE_recordTime": ("recorded_at", "gte"),
}
WORDS = {
    "EQ_bizStep": ("step", Word.Kind.STEP),
    "EQ_disposition": ("disposition", Word.Kind.DISPOSITION),
}
NAMED = {
    "EQ_eventID": {Role.EVENT, Role.DECLARED},
    "EQ_readPoint": {Role.PLACE},
    "EQ_bizLocation": {Role.LOCATION},
}


def _by_mention(name: str, values: list[str]) -> Iterator[Q]:
    roles = NAMED.get(name) or MATCHES.get(name.removeprefix("MATCH_"))
    if not roles or any("*" in value for value in values):
        return
    ids = name == "EQ_eventID"
    keys = [key_of(value if ids else canonical_identity(value)) for value in values]
    named = Mention.objects.filter(key__in=keys, role__in=roles)
    few = list(named.values_list("seq", flat=True)[: FEW + 1])
    # with numbers at hand the database plans for their months only, which takes most of the time
    yield Q(seq__in=few if len(few) <= FEW else named.values("seq"))
