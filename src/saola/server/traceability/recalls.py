"""Holding and recalling lots: with everything made from them, at once."""

import uuid

from django.db import transaction
from django.utils import timezone

from saola.epcis.farm import recall_of
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.products.models import Producer
from saola.server.traceability.lineage import kin, lots_of
from saola.server.traceability.logbook import premises, write_event
from saola.server.traceability.models import Lot, Stop, link_of
from saola.server.traceability.stops import settle

TOO_LARGE = (
    "Cây của lô quá lớn để dừng một lần. Hãy dừng từng lô làm từ nó, hoặc báo quản trị hệ thống."
)


def downstream(lot: Lot) -> list[Lot]:
    """Every lot of ours that something of this one went into, the nearest first; Refused where the
    tree is too large to be followed to its end."""
    found = kin(lot, forward=True)
    if found.cut:
        raise Refused(TOO_LARGE)
    lots = lots_of(found.depth.keys() - {lot.key}).values()
    return sorted(lots, key=lambda one: (found.depth[one.key], one.pk))


def _may(lot: Lot, by: User) -> bool:
    """Whether the person acts for an office; Refused where for nobody."""
    if can(by, Permission.TRACE_OVERSEE, lot):
        return True
    require(by, Permission.TRACE_LOG, lot)
    return False


@transaction.atomic
def stop(lot: Lot, state: str, reason: str, *, by: User) -> list[Lot]:
    """Hold or recall a lot and all that was made from it; everybody whose lots they are is told.
    Returns the lots whose state changed."""
    office = _may(lot, by)
    if not reason.strip():
        raise Refused("Hãy ghi lý do.", field="reason")
    if state not in (Lot.State.HELD, Lot.State.RECALLED):
        raise Refused("Hãy chọn tạm giữ hoặc thu hồi.")
    if lot.state == Lot.State.VOID:
        raise Refused(f"{lot} đã được khai là ghi sai, không còn lô nào để dừng.")
    reached = _reached(lot)
    if reached[0].orders.filter(state=state, by_office=office, ended_at=None).exists():
        raise Refused("Lô này đã ở trạng thái đó.")
    order = Stop.objects.create(
        lot=lot, state=state, reason=reason[:500], by_office=office, at=timezone.now()
    )
    order.reached.set(reached)
    changed = settle(reached)
    if state == Lot.State.RECALLED:
        _written([one for one in changed if one.state == state], ended=False)
    record(f"{state}_lot", f"lot:{lot.pk}", _facts(reached, reason), by=by)
    _told(lot, reached, f"{order.get_state_display()}", reason)
    return changed


@transaction.atomic
def free(lot: Lot, reason: str, *, by: User) -> list[Lot]:
    """Lift the orders on a lot, as far as this person may; what another order still stops stays
    stopped. Returns the lots whose state changed."""
    office = _may(lot, by)
    if not reason.strip():
        raise Refused("Hãy ghi lý do.", field="reason")
    orders = Stop.objects.filter(lot=lot, ended_at=None)
    if not orders.exists():
        cause = Lot.objects.select_related("cause__item").get(pk=lot.pk).cause
        raise Refused(
            f"Lô này bị dừng theo {cause}. Hãy gỡ ở lô đó."
            if cause
            else "Lô này không bị tạm giữ hay thu hồi."
        )
    mine = orders if office else orders.filter(by_office=False)
    if not mine.exists():
        raise Refused("Lệnh này của cơ quan quản lý; chỉ cơ quan quản lý gỡ được.")
    ended = list(mine)
    ids = set(Lot.objects.filter(stops__in=ended).values_list("pk", flat=True))
    reached = _locked(ids)
    before = {one.pk for one in reached if one.state == Lot.State.RECALLED}
    Stop.objects.filter(pk__in=[order.pk for order in ended]).update(ended_at=timezone.now())
    changed = settle(reached)
    back = [one for one in changed if one.pk in before and one.state != Lot.State.RECALLED]
    if back:
        _written(back, ended=True)
    record("free_lot", f"lot:{lot.pk}", _facts(changed, reason), by=by)
    free_now = [one for one in changed if one.state == Lot.State.FREE]
    _told(lot, free_now, "gỡ tạm giữ, thu hồi", reason)
    return changed


def _reached(lot: Lot) -> list[Lot]:
    """The lot and all that was made from it, locked, the nearest first; looked for again under the
    locks, for something may have been packed meanwhile."""
    ids: list[int] = []
    locked: list[Lot] = []
    while True:
        again = [lot.pk, *(one.pk for one in downstream(lot))]
        if again == ids:
            found = {row.pk: row for row in locked}
            return [found[pk] for pk in ids]
        ids, locked = again, _locked(set(again))


def _locked(ids: set[int]) -> list[Lot]:
    rows = Lot.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("item__producer"))


def _facts(lots: list[Lot], reason: str) -> dict[str, object]:
    return {"lots": [lot.pk for lot in lots], "reason": digest(reason)}


def _by_producer(lots: list[Lot]) -> dict[Producer, list[Lot]]:
    found: dict[Producer, list[Lot]] = {}
    for lot in lots:
        found.setdefault(lot.item.producer, []).append(lot)
    return found


def _written(lots: list[Lot], *, ended: bool) -> None:
    """The event of it, in each producer's own chain."""
    now = timezone.localtime()
    for producer, own in _by_producer(lots).items():
        links = [link_of(lot.item.gtin, lot.code) for lot in own]
        event_id = f"urn:uuid:{uuid.uuid4()}"
        write_event(producer, recall_of(event_id, now, links, premises(producer), ended=ended))


def _told(lot: Lot, lots: list[Lot], what: str, reason: str) -> None:
    """Whoever has a lot among them, and the offices of the place."""
    for producer, own in _by_producer(lots).items():
        names = "; ".join(str(one) for one in own[:20])
        people = {
            *User.objects.who(Permission.TRACE_LOG, f"producer:{producer.pk}"),
            *User.objects.who_in(Permission.TRACE_OVERSEE, producer.scopes()),
        }
        advice = (
            "Các lô này bán và dùng lại được."
            if own[0].state == Lot.State.FREE
            else "Hãy dừng bán, dừng dùng và làm theo hướng dẫn."
        )
        tell(
            f"lot:{lot.pk}:{timezone.now():%Y%m%d%H%M%S%f}:{producer.pk}",
            sorted(people, key=lambda person: person.pk),
            f"{what.capitalize()}: {lot}"[:200],
            f"{what.capitalize()} các lô: {names}. Lý do: {reason[:500]}. {advice}",
            about=f"lot:{lot.pk}",
        )
