"""A lot's tree for people: named lots by distance both ways, and the balance of weights."""

from dataclasses import dataclass
from decimal import Decimal

from saola.server.events.tree import tree
from saola.server.traceability.models import Entry, Lot


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


def lineage(lot: Lot) -> Lineage:
    """The whole family of a lot."""
    up, down = tree(lot.key, forward=False), tree(lot.key, forward=True)
    keys = (up.depth.keys() | down.depth.keys()) - {lot.key}
    rows = Lot.objects.filter(key__in=sorted(keys)).select_related("item")
    lots = {row.key: row for row in rows}
    return Lineage(
        _near(up.depth, lots),
        _near(down.depth, lots),
        len(keys - lots.keys()),
        up.cut or down.cut,
        _balance(lot),
    )


def family(lot: Lot) -> list[Lot]:
    """The lot and everything that went into it."""
    keys = sorted(tree(lot.key, forward=False).depth)
    return list(Lot.objects.filter(key__in=keys).select_related("item__producer"))


def _near(depth: dict[int, int], lots: dict[int, Lot]) -> list[tuple[int, Lot]]:
    found = [(far, lots[key]) for key, far in depth.items() if key in lots]
    return sorted(found, key=lambda pair: (pair[0], pair[1].made_at, pair[1].pk))


def _balance(lot: Lot) -> Balance:
    left = lot.remains
    entry = Entry.objects.filter(pk=lot.uid).first()
    weigh = lot.item.kilograms
    used = weigh(lot.quantity - left)
    return Balance(weigh(lot.quantity), used, weigh(left), entry.waste_kg if entry else None)
