"""What a code says today, in the words of the page a buyer sees. Never that goods are genuine: a
printed code can be copied."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from saola.gs1.serials import NoSerial, roll_and_place
from saola.server.labels.models import Roll
from saola.server.traceability.models import Lot


class Standing(StrEnum):
    """Where a serial, or a lot asked for without one, stands."""

    UNKNOWN = "unknown"  # never issued
    WAITING = "waiting"  # issued, not activated
    SPOILED = "spoiled"
    FIRST = "first"
    AGAIN = "again"
    ACTIVE = "active"  # activated; how often it was checked is not known here
    EXPIRED = "expired"
    HELD = "held"
    RECALLED = "recalled"
    PLAIN = "plain"  # no serial: the code is the same on all of them


@dataclass(frozen=True, slots=True)
class Look:
    """The standing; roll and place behind a serial; the lot with a mark that changes when it
    changes; earlier checks."""

    standing: Standing
    roll: int = 0
    place: int = 0
    lot: int | None = None
    changed: str = ""
    times: int = 0
    first_at: datetime | None = None


SERIAL = """
    SELECT r.count, r.state, l.id, l.state, l.best_before, l.changed_at, s.times, s.first_at,
        EXISTS(SELECT 1 FROM labels_spoiled p
               WHERE p.roll_id = r.id AND p.first <= %s AND %s < p.first + p.count)
    FROM labels_roll r
    JOIN traceability_tradeitem i ON i.id = r.item_id
    LEFT JOIN traceability_lot l ON l.id = r.lot_id
    LEFT JOIN labels_seen s ON s.roll_id = r.id AND s.place = %s
    WHERE r.id = %s AND i.gtin = %s
"""
LOT = """
    SELECT l.id, l.state, l.best_before, l.changed_at
    FROM traceability_lot l JOIN traceability_tradeitem i ON i.id = l.item_id
    WHERE i.gtin = %s AND l.code = %s
"""


def look_up(gtin: str, serial: str, today: date) -> Look:
    """One serial of these goods: at most one question to the database, written out because it is
    asked for every code that anybody scans."""
    try:
        number, place = roll_and_place(settings.SERIAL_KEY, serial)
    except NoSerial:
        return Look(Standing.UNKNOWN)
    row = _one(SERIAL, [place, place, place, number, gtin])
    if row is None:
        return Look(Standing.UNKNOWN)
    return of_serial(number, place, (*row[:6], row[6] or 0, *row[7:]), today)


def of_serial(number: int, place: int, row: tuple[Any, ...], today: date) -> Look:
    """What the row of a roll says of one place in it: (count, state, lot, its state, best before,
    changed, times checked, first time, spoiled). `times` is None where nobody knows."""
    count, state, lot, lot_state, best, changed, times, first_at, spoiled = row
    if place >= count or state == Roll.State.VOID:
        return Look(Standing.UNKNOWN)
    active = state == Roll.State.ACTIVE
    look = Look(
        Standing.FIRST,
        number,
        place,
        lot if active or lot_state in (Lot.State.RECALLED, Lot.State.HELD) else None,
        str(changed),
        times or 0,
        _moment(first_at),
    )
    stopped = _stopped(lot_state, best, today)
    seen = None if times is None else bool(times)
    return _with(look, _standing(stopped, active=active, spoiled=spoiled, seen=seen))


def _standing(
    stopped: Standing | None, *, active: bool, spoiled: bool, seen: bool | None
) -> Standing:
    """A stop of the lot counts before everything else, even before the label was activated."""
    if stopped in (Standing.RECALLED, Standing.HELD):
        return stopped
    if spoiled:
        return Standing.SPOILED
    if not active:
        return Standing.WAITING
    known = {None: Standing.ACTIVE, False: Standing.FIRST, True: Standing.AGAIN}[seen]
    return stopped or known


def look(gtin: str, lot: str, serial: str, today: date) -> Look:
    """What a code says: its serial, its lot, or nothing of its own. A serial that is not ours hides
    no recall of the lot beside it."""
    if serial:
        found = look_up(gtin, serial, today)
        if found.lot is None and lot:
            beside = look_at_lot(gtin, lot, today)
            if beside.standing in (Standing.RECALLED, Standing.HELD):
                return beside
        return found
    return look_at_lot(gtin, lot, today) if lot else Look(Standing.PLAIN)


def look_at_lot(gtin: str, code: str, today: date) -> Look:
    """A lot by its code; UNKNOWN where these goods have none of it."""
    row = _one(LOT, [gtin, code])
    if row is None:
        return Look(Standing.UNKNOWN)
    return of_lot(row, today)


def of_lot(row: tuple[Any, ...], today: date) -> Look:
    """What the row of a lot says: (id, state, best before, changed)."""
    pk, state, best, changed = row
    if state == Lot.State.VOID:
        return Look(Standing.UNKNOWN)
    return Look(_stopped(state, best, today) or Standing.PLAIN, lot=pk, changed=str(changed))


def _stopped(state: str, best: Any, today: date) -> Standing | None:
    if state == Lot.State.RECALLED:
        return Standing.RECALLED
    if state == Lot.State.HELD:
        return Standing.HELD
    return Standing.EXPIRED if best is not None and str(best) < today.isoformat() else None


def _one(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _with(look: Look, standing: Standing) -> Look:
    return Look(standing, look.roll, look.place, look.lot, look.changed, look.times, look.first_at)


def _moment(value: Any) -> datetime | None:
    """SQLite gives text without a zone."""
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
