"""What orders in force make of a lot's state."""

from collections.abc import Iterable

from saola.server.traceability.models import Lot, Stop


def settle(lots: Iterable[Lot]) -> list[Lot]:
    """Work out the state of each lot (locked by the caller) from the orders in force: a recall
    counts before a hold, the earliest before a later. Returns those whose state changed."""
    changed = []
    for lot in lots:
        if lot.state == Lot.State.VOID:
            continue
        orders = list(lot.stops.filter(ended_at=None).select_related("lot").order_by("at", "pk"))
        orders.sort(key=lambda order: order.state != Lot.State.RECALLED)
        first = orders[0] if orders else None
        before = lot.state
        lot.state = first.state if first else Lot.State.FREE
        lot.state_reason = first.reason if first else ""
        lot.state_since = first.at if first else None
        lot.cause = first.lot if first and first.lot_id != lot.pk else None
        lot.save()
        if lot.state != before:
            changed.append(lot)
    return changed


def inherit(lot: Lot, sources: Iterable[Lot]) -> None:
    """A lot made before its material was stopped, and told of afterwards, is stopped with it."""
    orders = Stop.objects.filter(reached__in=[one.pk for one in sources], ended_at=None).distinct()
    for order in orders:
        order.reached.add(lot)
    if orders:
        settle([lot])
