"""Adding to the journal, and reading it back with proof."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.ledger import Fault, Link, entry_hash, verify
from saola.server.journal.models import Entry, Head


@transaction.atomic
def record(act: str, subject: str, data: dict[str, Any] | None = None, *, by: Any = None) -> Entry:
    """Append one act in the transaction of the act itself: both are kept or neither.

    `by` is an account, or None for the system; who acts in that person's place stands in the
    data. The head row is locked until the transaction
    ends, so entries have no gaps and no two have the same predecessor.
    """
    hand = getattr(by, "acted_by", None)
    if hand is not None:
        data = (data or {}) | {"acted_by": hand.username}
    head = Head.objects.select_for_update().get(pk=1)
    entry = Entry(
        number=head.number + 1,
        at=timezone.now().isoformat(timespec="milliseconds"),
        actor=by.username if by is not None else "saola",
        act=act,
        subject=subject,
        data=data or {},
        previous=head.hash,
    )
    entry.hash = entry_hash(entry.number, entry.content, entry.previous)
    entry.save(force_insert=True)
    head.number, head.hash = entry.number, entry.hash
    head.save()
    return entry


def digest(text: str) -> str:
    """Of a person's own words the journal keeps only this, so that it names nobody and a change
    of the words still shows. Empty for nothing said."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def faults() -> Iterator[Fault]:
    """Every place where the stored chain does not hold; nothing when it is whole."""
    head = Head.objects.get(pk=1)
    entries = Entry.objects.order_by("number").iterator(chunk_size=2000)
    links = (Link(e.number, e.content, e.previous, e.hash) for e in entries)
    return verify(links, last=(head.number, head.hash))
