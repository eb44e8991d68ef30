"""A tablet's message: a sheet written without a network, sent when there is one, as often as it
takes. Every message may come late, twice, or before an earlier one."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import AgendaItem, CouncilMember, LateSheet, ScoreSheet
from saola.server.councils.sheets import (
    SEALED,
    NotYet,
    Stale,
    current_sheet,
    holds,
    locked_item,
    require_open,
    seat_of,
    write,
)
from saola.server.journal.record import record


@dataclass(frozen=True, slots=True)
class Message:
    """What a tablet says of itself: `revision` counts up on the device with every change, `base`
    is the server's revision that it last saw."""

    sheet: uuid.UUID
    device: str
    revision: int
    base: int
    seal: bool


MOST_LATE = 5  # of one member for one product
State = Literal["kept", "old", "conflict", "refused", "late", "wait"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """kept: the server has it; old: it has something newer of this device; conflict: another
    device wrote meanwhile; refused: it cannot be taken; late: kept for the secretary, not counted;
    wait: not now, to be sent again. `revision` is the server's now."""

    state: State
    revision: int
    sealed: bool
    reason: str = ""


@transaction.atomic
def take(item: AgendaItem, data: dict[str, Any], message: Message, *, by: User) -> Outcome:
    """Take a tablet's message in. Nothing is lost by sending again: a message that the server has,
    or has newer, is acknowledged; one that came too late is kept beside. Raises Refused for a
    person without a seat."""
    item = locked_item(item)
    former = former_seat(item, by)
    if former is not None:
        return _late(item, former, data, message, "Ghế này đã có người khác thay.")
    require(by, Permission.SHEET_SCORE, item)
    member = seat_of(by, item)
    own = ScoreSheet.objects.filter(pk=message.sheet, item=item, member=member, current=False)
    earlier = own.first()
    if earlier is not None:  # reopened since: that sheet is history
        if holds(earlier, data):
            return Outcome("old", message.revision, sealed=True)
        return _late(item, member, data, message, "Phiếu này đã được mở lại sau đó.")
    sheet = current_sheet(item, member)
    if message.sheet != sheet.pk:
        raise Refused("Tin này không phải của phiếu của bạn.")
    state, reason = _judged(sheet, data, message)
    if state == "new":
        return _written(item, sheet, data, message, by)
    return Outcome(state, sheet.revision, sealed=sheet.sealed_at is not None, reason=reason)


def _written(
    item: AgendaItem, sheet: ScoreSheet, data: dict[str, Any], message: Message, by: User
) -> Outcome:
    """Put a newer message on the sheet, if scoring is open to its member."""
    try:
        require_open(item, sheet.member)
    except NotYet as closed:
        return Outcome("wait", message.base, sealed=False, reason=closed.reason)
    except Refused as closed:
        return _late(item, sheet.member, data, message, closed.reason)
    sheet.device = message.device
    try:
        write(sheet, data, by=by, seal=message.seal, revision=message.revision)
    except Refused as fault:
        return Outcome("refused", message.base, sealed=False, reason=fault.reason)
    return Outcome("kept", sheet.revision, sealed=sheet.sealed_at is not None)


def former_seat(item: AgendaItem, by: User) -> CouncilMember | None:
    """The seat that this person held when the session began and has given up since."""
    rows = CouncilMember.objects.filter(user=by, left_at__isnull=False)
    return rows.filter(council=item.session.council_id).first()


def _judged(
    sheet: ScoreSheet, data: dict[str, Any], message: Message
) -> tuple[State | Literal["new"], str]:
    """What this message is to the sheet as stored."""
    same = holds(sheet, data) and sheet.revision > 0
    own = sheet.device == message.device
    if sheet.sealed_at is not None:
        if same:
            return "kept", ""
        return ("old", "") if own and message.revision < sheet.revision else ("refused", SEALED)
    if same and not message.seal:
        return "kept", ""
    if own:
        if message.revision < sheet.revision:
            return "old", ""
        fresh = message.revision > sheet.revision or same
        return ("new", "") if fresh else ("conflict", Stale(sheet).reason)
    fresh = same or message.base == sheet.revision
    return ("new", "") if fresh else ("conflict", Stale(sheet).reason)


def _late(
    item: AgendaItem, member: CouncilMember, data: dict[str, Any], message: Message, reason: str
) -> Outcome:
    kept = LateSheet.objects.filter(item=item, member=member)
    known = kept.filter(device=message.device, revision=message.revision, sealed=message.seal)
    if not known.exists() and kept.count() >= MOST_LATE:
        # sealed ones stay; of the others the newest
        open_ones = kept.filter(sealed=False).order_by("pk")
        oldest = open_ones.first()
        if oldest is None:
            raise Refused("Đã giữ quá nhiều phiếu đến muộn của thành viên này.")
        oldest.delete()
    made, new = LateSheet.objects.get_or_create(
        item=item,
        member=member,
        device=message.device,
        revision=message.revision,
        sealed=message.seal,
        defaults={"data": data, "reason": reason},
    )
    if new:
        record("late_sheet", f"item:{item.pk}", {"late": made.pk, "member": member.pk})
    return Outcome("late", message.revision, sealed=False, reason=reason)
