"""Holding and recalling lots: with everything made from them, at once."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from saola.epcis.farm import recall_of
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.events.tree import tree
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.products.models import Producer
from saola.server.traceability.logbook import premises, write_event
from saola.server.traceability.models import Lot, link_of

AT_ONCE = 500


def downstream(lot: Lot) -> list[Lot]:
    """Every lot of ours that something of this one went into, the nearest first."""
    found = tree(lot.key, forward=True)
    keys = sorted(found.depth.keys() - {lot.key})
    lots: list[Lot] = []
    for at in range(0, len(keys), AT_ONCE):
        rows = Lot.objects.filter(key__in=keys[at : at + AT_ONCE])
        lots += rows.select_related("item__producer")
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
    Returns the lots that changed."""
    office = _may(lot, by)
    if not reason.strip():
        raise Refused("Hãy ghi lý do.", field="reason")
    if state not in (Lot.State.HELD, Lot.State.RECALLED):
        raise Refused("Hãy chọn tạm giữ hoặc thu hồi.")
    changed = []
    for one in _locked([lot, *downstream(lot)]):
        if one.state in (Lot.State.RECALLED, state):
            continue
        one.state, one.state_reason, one.state_since = state, reason[:500], timezone.now()
        one.cause, one.by_office = (None if one.pk == lot.pk else lot), office
        one.save()
        changed.append(one)
    if not changed:
        raise Refused("Lô này đã ở trạng thái đó.")
    if state == Lot.State.RECALLED:
        _written(changed, ended=False)
    record(f"{state}_lot", f"lot:{lot.pk}", _facts(changed, reason), by=by)
    _told(lot, changed)
    return changed


@transaction.atomic
def free(lot: Lot, reason: str, *, by: User) -> list[Lot]:
    """Lift a hold or a recall, with what it brought about downstream."""
    office = _may(lot, by)
    if not reason.strip():
        raise Refused("Hãy ghi lý do.", field="reason")
    rows = _locked([lot, *lot.caused.select_related("item__producer")])
    lot = next(row for row in rows if row.pk == lot.pk)
    if lot.state == Lot.State.FREE:
        raise Refused("Lô này không bị tạm giữ hay thu hồi.")
    if lot.cause_id is not None:
        raise Refused(f"Lô này bị dừng theo {lot.cause}. Hãy gỡ ở lô đó.")
    if lot.by_office and not office:
        raise Refused("Lệnh này của cơ quan quản lý; chỉ cơ quan quản lý gỡ được.")
    recalled = [row for row in rows if row.state == Lot.State.RECALLED]
    for one in rows:
        one.state, one.state_reason, one.state_since = Lot.State.FREE, "", timezone.now()
        one.cause, one.by_office = None, False
        one.save()
    if recalled:
        _written(recalled, ended=True)
    record("free_lot", f"lot:{lot.pk}", _facts(rows, reason), by=by)
    return rows


def _locked(lots: Iterable[Lot]) -> list[Lot]:
    ids = [lot.pk for lot in lots]
    rows = Lot.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows.select_related("item__producer", "cause__item")}
    return [found[pk] for pk in ids]


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


def _told(lot: Lot, changed: list[Lot]) -> None:
    """Whoever has a lot among them, and the offices of the place."""
    state = changed[0].get_state_display()
    for producer, own in _by_producer(changed).items():
        names = "; ".join(str(one) for one in own[:20])
        people = {
            *User.objects.who(Permission.TRACE_LOG, f"producer:{producer.pk}"),
            *User.objects.who_in(Permission.TRACE_OVERSEE, producer.scopes()),
        }
        tell(
            f"lot-{state}:{lot.pk}:{timezone.now():%Y%m%d%H%M%S}:{producer.pk}",
            sorted(people, key=lambda person: person.pk),
            f"{state.capitalize()}: {lot}"[:200],
            f"Các lô sau chuyển sang trạng thái “{state}”: {names}. "
            f"Lý do: {changed[0].state_reason}. Hãy dừng bán, dừng dùng và làm theo hướng dẫn.",
            about=f"lot:{lot.pk}",
        )
