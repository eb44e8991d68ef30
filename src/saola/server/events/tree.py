"""Lot trees: what went into a thing and what came of it, walked over the mentions of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from saola.epcis.mentions import Role
from saola.server.events.models import Mention

USED = (Role.INPUT, Role.INPUT_CLASS, Role.CHILD, Role.CHILD_CLASS)
MADE = (Role.OUTPUT, Role.OUTPUT_CLASS, Role.PARENT)
DEEPEST = 50
MOST = 20_000  # things in one tree
AT_ONCE = 500  # numbers in one question


@dataclass(slots=True)
class Tree:
    """Edges as (used, made, number of the event); how far each thing is from the first; whether
    there was more than is shown."""

    edges: set[tuple[int, int, int]] = field(default_factory=set)
    depth: dict[int, int] = field(default_factory=dict)
    cut: bool = False


def tree(key: int, *, forward: bool) -> Tree:
    """Everything made from the thing (`forward`) or everything that it was made from; `key` as
    `store.key_of`. Events declared to be in error do not count."""
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
        yield from Mention.objects.filter(key__in=part, role__in=roles).values_list("key", "seq")


def _named(seqs: Iterable[int], roles: tuple[Role, ...]) -> Iterable[tuple[int, int]]:
    for part in _parts(seqs):
        yield from Mention.objects.filter(seq__in=part, role__in=roles).values_list("key", "seq")


def _declared(seqs: Iterable[int]) -> set[int]:
    """Of these events those that somebody declared to be in error."""
    wrong: set[int] = set()
    declared = Mention.objects.filter(role=Role.DECLARED, key=OuterRef("key")).values("seq")[:1]
    for part in _parts(seqs):
        rows = Mention.objects.filter(seq__in=part, role=Role.EVENT)
        rows = rows.annotate(by=Subquery(declared)).filter(by__isnull=False)
        wrong |= set(rows.values_list("seq", flat=True))
    return wrong
