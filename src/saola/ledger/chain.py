"""Hash chain: each entry's hash covers its content and the hash of the entry before."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One stored entry: number (from 1, without gaps), content, the two hashes as stored."""

    number: int
    content: Any
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold. `kind`: altered, removed, inserted."""

    number: int
    kind: str


def entry_hash(number: int, content: Any, previous: str) -> str:
    """SHA-256 over number, content as canonical JSON, and the hash before; 64 hex digits."""
    text = json.dumps(
        [number, content, previous], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def verify(links: Iterable[Link], *, last: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Faults of a chain read in the order of its numbers.

    `last` is number and hash of the newest entry as kept elsewhere: without it a cut end cannot
    be seen. A content that does not match its own hash was altered, and so was an entry whose
    successor knows it by another hash; a number that is missing was removed; a number that comes
    twice was inserted.
    """
    expected, previous, named = 1, GENESIS, 0
    for link in links:
        while expected < link.number:
            yield Fault(expected, "removed")
            expected += 1
            previous = link.previous
        if link.number < expected:
            yield Fault(link.number, "inserted")
            continue
        if link.hash != entry_hash(link.number, link.content, link.previous):
            named = link.number
            yield Fault(named, "altered")
        elif link.previous != previous and named != link.number - 1:
            yield Fault(max(link.number - 1, 1), "altered")
        previous, expected = link.hash, link.number + 1
    if last is not None:
        for number in range(expected, last[0] + 1):
            yield Fault(number, "removed")
        if expected - 1 == last[0] and previous != last[1]:
            yield Fault(last[0], "altered")
        if expected - 1 > last[0]:
            yield Fault(expected - 1, "inserted")
