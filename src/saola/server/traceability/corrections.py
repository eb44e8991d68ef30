"""Declaring an entry of the log wrong: events stay, a declaration of error is added."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.events.models import Event
from saola.server.events.search import whole
from saola.server.journal.record import digest, record
from saola.server.traceability.logbook import write_event
from saola.server.traceability.models import Entry, Lot

REASONS = ("incorrect_data", "did_not_occur")  # of CBV


@transaction.atomic
def declare_wrong(entry: Entry, reason: str, why: str, *, by: User) -> Entry:
    """From now on the entry counts for nothing: what it used is free again, the lot that it made is
    void. `reason` one of REASONS. A second time changes nothing."""
    require(by, Permission.TRACE_LOG, entry.producer)
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.wrong_at is not None:
        return entry
    if reason not in REASONS:
        raise Refused("Hãy chọn một lý do.", field="reason")
    if not why.strip():
        raise Refused("Hãy ghi sai ở đâu.", field="why")
    if entry.lot_id is not None:
        _void(Lot.objects.select_for_update().get(pk=entry.lot_id), why)
    entry.uses.all().delete()
    now = timezone.now()
    event, _spaces = whole(Event.objects.get(seq=entry.seq))
    event.pop("recordTime")
    event["errorDeclaration"] = {"declarationTime": now.isoformat(), "reason": reason}
    entry.wrong_at, entry.wrong_why = now, why[:500]
    entry.save(update_fields=["wrong_at", "wrong_why"])
    facts: dict[str, Any] = {"reason": reason, "why": digest(why)}
    facts["event"] = write_event(entry.producer, event)
    record("declare_wrong", f"entry:{entry.pk}", facts, by=by)
    return entry


def _void(lot: Lot, why: str) -> None:
    """Refused where others already rely on the lot."""
    if lot.state != Lot.State.FREE:
        raise Refused(f"{lot} đang {lot.get_state_display()}; hãy gỡ trước rồi khai sai.")
    if lot.uses.exists():
        raise Refused(f"{lot} đã được dùng ở lần ghi sau. Hãy khai sai lần ghi sau trước.")
    if lot.rolls.exclude(state="void").exists():
        raise Refused(f"{lot} đã có tem. Hãy hủy các cuộn tem của lô trước, hoặc thu hồi lô.")
    lot.state, lot.state_reason, lot.state_since = Lot.State.VOID, why[:500], timezone.now()
    lot.save()
