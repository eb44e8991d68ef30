"""The chain over all events: every document hashed again, every hash chained again."""

from datetime import date
from hashlib import sha256

from django.db import transaction

from saola.epcis import event_hash
from saola.server.events.models import Event, Head, Seal
from saola.server.events.search import whole


def broken_at() -> int | None:
    """The number of the first event whose document is not that of its hash; the last number where
    the chain does not end in the head, or of an event at which a published seal differs; None where
    all agree."""
    seals: dict[int, set[bytes]] = {}
    for seal_last, sealed in Seal.objects.values_list("last", "chain"):
        seals.setdefault(seal_last, set()).add(bytes(sealed))
    chain, last = bytes(32), 0
    for row in Event.objects.order_by("seq").iterator(chunk_size=1000):
        event, spaces = whole(row)
        if bytes(row.hash) != bytes.fromhex(event_hash(event, spaces)[14:78]):
            return row.seq
        chain, last = sha256(chain + bytes(row.hash)).digest(), row.seq
        if seals.pop(row.seq, {chain}) != {chain}:
            return row.seq
    head = Head.objects.filter(pk=1).first()
    seals.pop(0, None)  # of days before the first event
    if seals:  # of an event that is no longer there
        return min(seals)
    if head is not None and (bytes(head.chain), head.last) != (chain, last):
        return int(head.last)
    return None


@transaction.atomic
def seal(day: date) -> Seal:
    """Publish the head for a day that has ended; once for each day. The head is locked, so that the
    seal holds a number and the chain up to it."""
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    facts = {"last": head.last, "chain": bytes(head.chain)}
    return Seal.objects.get_or_create(day=day, defaults=facts)[0]
