"""What is odd about scans of one label. An alarm is a reason to look, never a proof."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.labels.models import Alarm, Roll, Seen


def watch(seen: Seen, roll: Roll, at: datetime, area: str, *, day: date, new: bool) -> None:
    """Raise what this scan, on that day here, gives reason for; each alarm of a label is raised
    once. `seen` is still as it was before the scan, its devices apart."""
    rules = settings.OCOP["scan_alarms"]
    # scans are told to the second
    if roll.activated_at is None or at < roll.activated_at.replace(microsecond=0):
        _raise(Alarm.Kind.EARLY, seen, at, {})
    if any(row.first <= seen.place < row.first + row.count for row in roll.spoiled.all()):
        _raise(Alarm.Kind.SPOILED, seen, at, {})
    devices = seen.tokens.filter(day=day).count()
    if devices >= rules["devices"]:
        _raise(Alarm.Kind.DEVICES, seen, at, {"devices": devices})
    soon = timedelta(minutes=rules["travel_minutes"])
    moved = not new and area and seen.last_area and area != seen.last_area
    if moved and abs(at - seen.last_at) < soon:
        _raise(Alarm.Kind.TRAVEL, seen, at, {"from": seen.last_area, "to": area})
    lot = roll.lot
    if lot is None:
        return
    if lot.best_before is not None and day > lot.best_before:
        _raise(Alarm.Kind.EXPIRED, seen, at, {})
    markets = lot.item.markets.replace(",", " ").split()
    if area and markets and area not in markets:
        _raise(Alarm.Kind.OUTSIDE, seen, at, {"area": area})


@transaction.atomic
def mark_looked(alarm: Alarm, remark: str, *, by: User) -> None:
    """Somebody of the office looked at it."""
    require(by, Permission.TRACE_OVERSEE, alarm.seen.roll)
    alarm.looked_at, alarm.looked_by, alarm.remark = timezone.now(), by, remark[:300]
    alarm.save()
    record("look_at_alarm", f"alarm:{alarm.pk}", {"remark": digest(remark)}, by=by)


def _raise(kind: Alarm.Kind, seen: Seen, at: datetime, facts: dict[str, object]) -> None:
    Alarm.objects.get_or_create(kind=kind, seen=seen, defaults={"at": at, "facts": facts})
