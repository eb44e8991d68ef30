"""Lot trees: what went into a thing and what came of it, walked over the mentions of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from saola.epcis.mentions import Role
from saola.server.events.models import Event, Mention

USED = (Role.INPUT, Role.INPUT_CLASS, Role.CHILD, Role.CHILD_CLASS)
MADE = (Role.OUTPUT, Role.OUTPUT_CLASS, Role.PARENT)
DEEPEST = 50
MOST = 20_000  # things in one tree
AT_ONCE = 2000  # numbers in one question


@dataclass(slots=True)
class Tree:
    """Edges as (used, made, number of the event); how far each thing is from the first; whether
    there was more than is shown."""

    edges: set[tuple[int, int, int]] = field(default_factory=set)
    depth: dict[int, int] = field(default_factory=dict)
    cut: bool = False


def tree(key: int, *, forward: bool) -> Tree:
    """Everything made from the thing (`forward`) or everything that it was made from; `key` as
    `store.key_of`. Events declared to be in error do not count,
    nor do the declarations."""
    found = Tree(depth={key: 0})
    here, there = (USED, MADE) if forward else (MADE, USED)
    front = {key}
    for level in range(1, DEEPEST + 1):
        seen = list(_mentions(front, here))
        wrong = _declared({seq for _, seq in seen})
        by_event: dict[int, set[int]] = {}
        for near, seq in seen:
            if seq not in wrong:
                by_event.setdefault(seq, set()).add(near)
        front = set()
        for far, seq in _named(by_event.keys(), there):
            for near in by_event[seq]:
                found.edges.add((near, far, seq) if forward else (far, near, seq))
            if far not in found.depth:
                found.depth[far] = level
                front.add(far)
        if not front:
            return found
        if len(found.depth) > MOST:
            break
    found.cut = True
    return found


def _parts(values: Iterable[int]) -> Iterable[list[int]]:
    whole = sorted(values)
    return (whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE))


def _mentions(keys: Iterable[int], roles: tuple[Role, ...]) -> Iterable[tuple[int, int]]:
    for part in _parts(keys):
        yield from Mention.objects.filter(key__among=part, role__in=roles).values_list("key", "seq")


def _named(seqs: Iterable[int], roles: tuple[Role, ...]) -> Iterable[tuple[int, int]]:
    for part in _parts(seqs):
        yield from Mention.objects.filter(seq__among=part, role__in=roles).values_list("key", "seq")


def _declared(seqs: Iterable[int]) -> set[int]:
    """Of these events those that count for nothing: declarations of an error, and what was declared
    wrong by its own owner or by an office."""
    gone: set[int] = set()
    for part in _parts(seqs):
        told = Mention.objects.filter(seq__among=part, role=Role.DECLARED)
        gone |= set(told.values_list("seq", flat=True))
        rows = Mention.objects.filter(seq__among=part, role=Role.EVENT)
        by_key = dict(rows.values_list("key", "seq"))
        doubts = Mention.objects.filter(role=Role.DECLARED, key__among=by_key.keys())
        pairs = [(by_key[key], seq) for key, seq in doubts.values_list("key", "seq")]
        gone |= _by_right(pairs) if pairs else set()
    return gone


def _by_right(pairs: list[tuple[int, int]]) -> set[int]:
    """Of (event, its declaration) the events whose declaration is their owner's, or that of the
    office of their province."""
    keepers = keepers_of({seq for pair in pairs for seq in pair})
    return {seq for seq, told in pairs if keepers[told].speaks_for(keepers[seq])}


class Keeper(NamedTuple):
    """Whose an event is: the producer whose chain it belongs to, None for an office's; its
    province."""

    owner: int | None
    province: int

    def speaks_for(self, other: "Keeper") -> bool:
        """Whether what it says of the other's things counts."""
        if self.owner is None:
            return self.province == other.province
        return self.owner == other.owner


def keepers_of(seqs: Iterable[int]) -> dict[int, Keeper]:
    """Whose each event is."""
    found: dict[int, Keeper] = {}
    for part in _parts(seqs):
        rows = Event.objects.filter(seq__among=part).values_list("seq", "owner", "province")
        found |= {seq: Keeper(owner, province) for seq, owner, province in rows}
    return found


def counting(*keys: int) -> list[int]:
    """Numbers of the events that tell of these things themselves (not of their use or making),
    those in error left out."""
    seen = {seq for _, seq in _mentions(keys, (Role.EPC, Role.CLASS))}
    return sorted(seen - _declared(seen))
