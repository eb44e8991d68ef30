"""The life of a roll of labels: reserved, printed, activated for a lot, spoiled."""

import uuid
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from saola.gs1.serials import PLACES, serial
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.labels.models import Roll
from saola.server.traceability.models import Lot, TradeItem

MOST = 200_000  # labels of one order
assert MOST <= PLACES


@transaction.atomic
def reserve(
    item: TradeItem, count: int, uid: uuid.UUID, *, by: User, lot: Lot | None = None
) -> Roll:
    """Numbers for so many labels. The same order sent again gives the same roll."""
    require(by, Permission.TRACE_LOG, item)
    before = Roll.objects.filter(uid=uid).first()
    if before is not None:
        require(by, Permission.TRACE_LOG, before)
        return before
    if not 0 < count <= MOST:
        raise Refused(f"Số tem phải từ 1 đến {MOST:,}.".replace(",", "."), field="count")
    if lot is not None and lot.item_id != item.pk:
        raise Refused("Lô này là của hàng khác.", field="lot")
    roll = Roll.objects.create(uid=uid, item=item, lot=lot, count=count, reserved_by=by)
    record("reserve_labels", f"roll:{roll.pk}", {"count": count}, by=by)
    return roll


def _locked(roll: Roll, by: User) -> Roll:
    row = Roll.objects.select_for_update(of=("self",)).select_related("item__producer")
    found = row.get(pk=roll.pk)
    require(by, Permission.TRACE_LOG, found)
    return found


@transaction.atomic
def printed(roll: Roll, *, by: User) -> Roll:
    """The file was made. Made again it stays printed: the same serials come out."""
    roll = _locked(roll, by)
    if roll.state == Roll.State.VOID:
        raise Refused("Cuộn này đã hủy.")
    if roll.state == Roll.State.RESERVED:
        roll.state, roll.printed_at = Roll.State.PRINTED, timezone.now()
        roll.save()
        record("print_labels", f"roll:{roll.pk}", by=by)
    return roll


@transaction.atomic
def activate(roll: Roll, lot: Lot, *, by: User) -> Roll:
    """From now on the labels speak for this lot; no more of them than the lot has pieces."""
    roll = _locked(roll, by)
    lot = Lot.objects.select_for_update(of=("self",)).select_related("item").get(pk=lot.pk)
    if roll.state == Roll.State.ACTIVE and roll.lot_id == lot.pk:
        return roll
    if roll.state != Roll.State.PRINTED:
        raise Refused(f"Cuộn này {roll.get_state_display()}; chỉ kích hoạt cuộn đã in.")
    if lot.item_id != roll.item_id:
        raise Refused("Lô này là của hàng khác.", field="lot")
    if roll.lot_id not in (None, lot.pk):
        raise Refused("Tem của cuộn này đã in số của lô khác.", field="lot")
    if lot.state != Lot.State.FREE:
        raise Refused(f"Lô đang {lot.get_state_display()}.", field="lot")
    balance = balance_of(lot)
    left = int(lot.quantity) - balance["active"]
    if roll.count - roll.spoiled_count > left and not lot.item.unit:
        raise Refused(
            f"Lô có {int(lot.quantity)} sản phẩm, đã kích hoạt {balance['active']} tem; cuộn này "
            f"có {roll.count - roll.spoiled_count} tem. Hãy báo số tem thừa là hỏng trước, hoặc "
            "chọn cuộn nhỏ hơn.",
            field="lot",
        )
    roll.state, roll.lot, roll.activated_at = Roll.State.ACTIVE, lot, timezone.now()
    roll.save()
    record("activate_labels", f"roll:{roll.pk}", {"lot": lot.pk}, by=by)
    return roll


@transaction.atomic
def spoil(roll: Roll, first: int, count: int, reason: str, *, by: User) -> Roll:
    """Labels from place `first` (counted from 1, as printed) that will never be on goods."""
    roll = _locked(roll, by)
    if not 1 <= first <= roll.count or not 1 <= count <= roll.count - first + 1:
        raise Refused(f"Cuộn có {roll.count} tem; hãy xem lại số tem.", field="count")
    if not reason.strip():
        raise Refused("Hãy ghi lý do.", field="reason")
    place = first - 1
    for row in roll.spoiled.all():
        if place < row.first + row.count and row.first < place + count:
            raise Refused("Trong số này có tem đã báo hỏng rồi.", field="first")
    roll.spoiled.create(first=place, count=count, reason=reason[:200], by=by)
    facts = {"first": first, "count": count, "reason": digest(reason)}
    record("spoil_labels", f"roll:{roll.pk}", facts, by=by)
    return roll


@transaction.atomic
def void(roll: Roll, *, by: User) -> Roll:
    """A roll that will not be used: none of its serials will ever be good."""
    roll = _locked(roll, by)
    if roll.state == Roll.State.ACTIVE:
        raise Refused("Cuộn đã kích hoạt thì không hủy được; hãy báo hỏng tem hoặc thu hồi lô.")
    roll.state = Roll.State.VOID
    roll.save()
    record("void_labels", f"roll:{roll.pk}", by=by)
    return roll


def balance_of(lot: Lot) -> dict[str, int]:
    """Labels of the lot: printed, spoiled, active (without the spoiled)."""
    rolls = lot.rolls.exclude(state=Roll.State.VOID)
    printed_ones = rolls.exclude(state=Roll.State.RESERVED)
    active = rolls.filter(state=Roll.State.ACTIVE)
    made = int(printed_ones.aggregate(sum=Sum("count"))["sum"] or 0)
    spoiled = int(printed_ones.aggregate(sum=Sum("spoiled__count"))["sum"] or 0)
    lit = int(active.aggregate(sum=Sum("count"))["sum"] or 0)
    dead = int(active.aggregate(sum=Sum("spoiled__count"))["sum"] or 0)
    return {"printed": made, "spoiled": spoiled, "active": lit - dead}


def serials_of(roll: Roll) -> Iterator[str]:
    """All of its serial numbers, in the order of its places."""
    key = settings.SERIAL_KEY
    return (serial(key, roll.pk, place) for place in range(roll.count))


def stem() -> str:
    """What stands before the path on a label: in capitals a QR code needs fewer dots."""
    return str(settings.LABEL_URL).upper()


def label_link(roll: Roll, number: str) -> str:
    """The address on one label; the lot is told by the server, which knows the roll's."""
    return f"{stem()}/01/{roll.item.gtin}/21/{number}"
