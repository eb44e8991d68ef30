"""The one way in for events: checked events are numbered under the lock of the head and written,
by COPY on PostgreSQL, each with what it names. What is there already is not written again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from saola.epcis import event_hash, json_form
from saola.epcis.documents import EVENTS, FOREIGN, STANDARD, prefixes
from saola.epcis.mentions import Role, mentions
from saola.epcis.vocabulary import on_the_web
from saola.epcis.writing import CONTEXT
from saola.server.events.models import MONTH, Access, Event, Head, Mention, Word

ACTIONS = ("ADD", "OBSERVE", "DELETE")
EVENT_COLUMNS = [str(field.column) for field in Event._meta.concrete_fields]
MENTION_COLUMNS = ("key", "seq", "role")


class Conflict(ValueError):
    """Another event with the same id is there; `id` says which."""

    def __init__(self, event_id: str) -> None:
        self.id = event_id
        super().__init__(event_id)


class Ready(msgspec.Struct, frozen=True, array_like=True):
    """An event that may be written: its id, its own hash, the key under which it is known (an
    error declaration has the id of what it declares), its document, key and role of what it
    names. It packs small: those of a large document wait until the last one is checked."""

    id: str
    hash: bytes
    known_as: int
    type: int
    action: int | None
    step: str
    disposition: str
    event_time: datetime
    declared: bool
    document: str
    named: list[tuple[int, int]]


@lru_cache(maxsize=65536)
def key_of(text: str) -> int:
    """64 bits of the SHA-256 of a canonical text, as a signed number."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big", signed=True)


def ready(event: Mapping[str, Any], spaces: Mapping[str, str], *, xml: bool = False) -> Ready:
    """A checked event as it will be kept. Its id is its own, else the hash of CBV."""
    digest = event_hash(event, spaces)
    if xml:
        event = json_form(event)
        spaces = STANDARD | prefixes(event.get("@context"))
    event_id = event.get("eventID") or digest
    declaration = event.get("errorDeclaration")
    known = f"{event_id}#{declaration['declarationTime']}" if declaration else event_id
    known_as = key_of(known)
    named = {(key_of(text), int(role)) for role, text in mentions(event)}
    if declaration:
        named.add((key_of(event_id), int(Role.DECLARED)))
    return Ready(
        id=event_id,
        hash=bytes.fromhex(digest[14:78]),
        known_as=known_as,
        type=EVENTS.index(event["type"]),
        action=ACTIONS.index(event["action"]) if "action" in event else None,
        step=on_the_web(event.get("bizStep", ""), "bizStep") if event.get("bizStep") else "",
        disposition=on_the_web(event["disposition"], "disposition")
        if event.get("disposition")
        else "",
        event_time=datetime.fromisoformat(event["eventTime"]).astimezone(UTC),
        declared=declaration is not None,
        document=_document(event, spaces, event_id),
        named=[*named, (known_as, int(Role.EVENT))],
    )


def _document(event: Mapping[str, Any], spaces: Mapping[str, str], event_id: str) -> str:
    """The event as JSON that stands alone: with its id and the prefixes that its document had."""
    own = {prefix: space for prefix, space in spaces.items() if STANDARD.get(prefix) != space}
    whole = {**event, "eventID": event_id}
    foreign = own.pop(FOREIGN, None)
    more = [one for one in (foreign, own) if one]
    if more:
        whole["@context"] = [CONTEXT, *more]
    whole.pop("recordTime", None)  # the repository's own
    return msgspec.json.encode(whole).decode()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: numbers of the new events, how many were known."""

    new: list[int]
    known: int


@transaction.atomic
def write(events: Sequence[Ready], access: Access) -> Written:
    """Write them in their order; one that is there with the same content is left alone, one whose
    id another event has raises Conflict. Within a transaction of the caller's all or none."""
    head, _new = Head.objects.select_for_update().get_or_create(pk=1)
    fresh = _unknown(events)
    now = timezone.now()
    local = timezone.localtime(now)
    first = max(head.last + 1, (local.year * 100 + local.month) * MONTH + 1)
    steps = _words(Word.Kind.STEP, {event.step for event in fresh})
    states = _words(Word.Kind.DISPOSITION, {event.disposition for event in fresh})
    chain = bytes(head.chain)
    rows, named = [], []
    for seq, event in enumerate(fresh, first):
        chain = sha256(chain + event.hash).digest()
        words = (steps.get(event.step), states.get(event.disposition))
        rows.append(_row(seq, event, access, words, now))
        named += [(key, seq, role) for key, role in event.named]
    if rows:
        insert(Event._meta.db_table, EVENT_COLUMNS, rows)
        insert(Mention._meta.db_table, MENTION_COLUMNS, named)
        head.last, head.chain = first + len(rows) - 1, chain
        head.save()
    return Written([row[0] for row in rows], len(events) - len(rows))


def _row(
    seq: int, event: Ready, access: Access, words: tuple[int | None, int | None], now: datetime
) -> tuple[Any, ...]:
    return (
        seq,
        access.province,
        event.type,
        event.action,
        *words,
        event.event_time,
        now,
        access.producer_id,
        access.public,
        event.declared,
        event.hash,
        event.document,
    )


def _unknown(events: Sequence[Ready]) -> list[Ready]:
    """Those that are not there yet, each once."""
    seqs = _numbers({event.known_as for event in events})
    # asked only where something is there: over all months it costs a plan of each
    kept = Event.objects.filter(seq__in=seqs.values()) if seqs else Event.objects.none()
    digests = {seq: bytes(digest) for seq, digest in kept.values_list("seq", "hash")}
    there = {key: digests[seq] for key, seq in seqs.items()}
    fresh: list[Ready] = []
    for event in events:
        before = there.get(event.known_as)
        if before is None:
            there[event.known_as] = event.hash
            fresh.append(event)
        elif before != event.hash:
            raise Conflict(event.id)
    return fresh


# one index look-up for each key: a new or restored table has no statistics yet, and without the
# join PostgreSQL would read all of it through
BY_KEY = """
    SELECT found.key, found.seq FROM unnest(%s::bigint[]) AS asked CROSS JOIN LATERAL (
        SELECT key, seq FROM events_mention WHERE key = asked AND role = %s OFFSET 0
    ) AS found
"""


def _numbers(keys: set[int]) -> dict[int, int]:
    """Numbers of the events that are known under these keys."""
    if connection.vendor != "postgresql":
        rows = Mention.objects.filter(role=Role.EVENT, key__in=keys)
        return dict(rows.values_list("key", "seq"))
    with connection.cursor() as cursor:
        cursor.execute(BY_KEY, [list(keys), int(Role.EVENT)])
        return dict(cursor.fetchall())


def _words(kind: int, wanted: set[str]) -> dict[str, int]:
    wanted.discard("")
    known = dict(Word.objects.filter(kind=kind, text__in=wanted).values_list("text", "pk"))
    for text in sorted(wanted - known.keys()):
        known[text] = Word.objects.get_or_create(kind=kind, text=text)[0].pk
    return known


def insert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows into a table of ours in the open transaction: COPY, or many at once on SQLite."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                if table == Mention._meta.db_table:  # whole numbers alone, five times as many rows
                    copy.write("".join([f"{key}\t{seq}\t{role}\n" for key, seq, role in rows]))
                    return
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        adapted = [tuple(map(_for_sqlite, row)) for row in rows]
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", adapted)  # noqa: S608 - our own words


def _for_sqlite(value: Any) -> Any:
    adapt: Callable[[datetime], str | None] = connection.ops.adapt_datetimefield_value
    return adapt(value) if isinstance(value, datetime) else value
