"""The chain over all events: every document hashed again, every hash chained again."""

from hashlib import sha256

from saola.epcis import event_hash
from saola.server.events.models import Event, Head
from saola.server.events.search import whole


def broken_at() -> int | None:
    """The number of the first event whose document is not that of its hash; the last number where
    the chain does not end in the head; None where all agree."""
    chain, last = bytes(32), 0
    for row in Event.objects.order_by("seq").iterator(chunk_size=1000):
        event, spaces = whole(row)
        if bytes(row.hash) != bytes.fromhex(event_hash(event, spaces)[14:78]):
            return row.seq
        chain, last = sha256(chain + bytes(row.hash)).digest(), row.seq
    head = Head.objects.filter(pk=1).first()
    if head is not None and (bytes(head.chain), head.last) != (chain, last):
        return int(head.last)
    return None
