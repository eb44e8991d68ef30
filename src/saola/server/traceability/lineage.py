"""A lot's tree for people: named lots by distance both ways, and the balance of weights."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from saola.server.events.tree import Keeper, Tree, keepers_of, tree
from saola.server.places.office import code_of
from saola.server.traceability.models import Entry, Lot

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Balance:
    """Kilograms of a lot: made, used, left; what was lost when it was made. None where nobody said
    what a piece weighs."""

    made: Decimal | None
    used: Decimal | None
    left: Decimal | None
    waste: Decimal | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Lots that went into it and lots made of it, each with its distance; things of other systems
    among them; whether the tree was cut; the balance."""

    before: list[tuple[int, Lot]]
    after: list[tuple[int, Lot]]
    foreign: int
    cut: bool
    balance: Balance


def lots_of(keys: Iterable[int]) -> dict[int, Lot]:
    """Our lots among these things."""
    whole = sorted(keys)
    found: dict[int, Lot] = {}
    for at in range(0, len(whole), AT_ONCE):
        rows = Lot.objects.filter(key__among=whole[at : at + AT_ONCE])
        found |= {row.key: row for row in rows.select_related("item__producer__place")}
    return found


def maker_of(lot: Lot) -> Keeper:
    """Who speaks for a lot."""
    producer = lot.item.producer
    return Keeper(producer.pk, int(code_of(producer.place)))


def kin(lot: Lot, *, forward: bool) -> Tree:
    """The tree of a lot by what each maker says itself: that something went into a lot counts only
    from the chain of the lot's own producer, or from the office of its province. Anybody can read
    a lot's number on a label and claim it."""
    told = tree(lot.key, forward=forward)
    keepers = keepers_of(seq for _, _, seq in told.edges)
    lots = lots_of(told.depth)
    near: dict[int, list[tuple[int, tuple[int, int, int]]]] = {}
    for used, made, seq in told.edges:
        if made not in lots or keepers[seq].speaks_for(maker_of(lots[made])):
            here, there = (used, made) if forward else (made, used)
            near.setdefault(here, []).append((there, (used, made, seq)))
    found = Tree(depth={lot.key: 0}, cut=told.cut)
    front = [lot.key]
    while front:
        after = []
        for key in front:
            for there, edge in near.get(key, ()):
                found.edges.add(edge)
                if there not in found.depth:
                    found.depth[there] = found.depth[key] + 1
                    after.append(there)
        front = after
    return found


def lineage(lot: Lot) -> Lineage:
    """The whole family of a lot."""
    up, down = kin(lot, forward=False), kin(lot, forward=True)
    keys = (up.depth.keys() | down.depth.keys()) - {lot.key}
    lots = lots_of(keys)
    return Lineage(
        _near(up.depth, lots),
        _near(down.depth, lots),
        len(keys - lots.keys()),
        up.cut or down.cut,
        _balance(lot),
    )


def family(lot: Lot) -> list[Lot]:
    """The lot and everything that went into it."""
    return list(lots_of(kin(lot, forward=False).depth).values())


def _near(depth: dict[int, int], lots: dict[int, Lot]) -> list[tuple[int, Lot]]:
    found = [(far, lots[key]) for key, far in depth.items() if key in lots]
    return sorted(found, key=lambda pair: (pair[0], pair[1].made_at, pair[1].pk))


def _balance(lot: Lot) -> Balance:
    left = lot.remains
    entry = Entry.objects.filter(pk=lot.uid).first()
    weigh = lot.item.kilograms
    used = weigh(lot.quantity - left)
    return Balance(weigh(lot.quantity), used, weigh(left), entry.waste_kg if entry else None)
