"""Several people write one record: each saving is merged field by field with what came between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from saola.server.drafts.models import DraftChange


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody changed after this page was opened, and this page too. It may be the
    same account: people of one cooperative share it."""

    field: str
    theirs: str
    mine: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """What the record holds now, its revision, and what this saving did not overwrite."""

    values: dict[str, str]
    revision: int
    conflicts: tuple[Conflict, ...]
    changed: bool


def revision_of(record: str) -> int:
    """The revision that a page opened now begins from."""
    found = DraftChange.objects.filter(record=record).aggregate(last=Max("revision"))["last"]
    return found or 0


def merge(
    record: str, stored: Mapping[str, str], posted: Mapping[str, str], *, base: int, by: str
) -> Merged:
    """Take over the posted fields that this person changed since revision `base`.

    A field that was only changed elsewhere stays as it is there; one that was changed here too
    stays as well, and is a Conflict: saved again from a page of the new revision it is overwritten
    knowingly. The caller has locked the record and keeps `values`.
    """
    last = revision_of(record)
    wanted = {f: v for f, v in posted.items() if v != stored.get(f, "")}
    between: dict[str, list[DraftChange]] = {}
    if wanted and base < last:
        rows = DraftChange.objects.filter(record=record, revision__gt=base, field__in=wanted)
        for row in rows.order_by("revision"):
            between.setdefault(row.field, []).append(row)
    values, conflicts, changes = dict(stored), [], []
    for field, mine in wanted.items():
        others = between.get(field)
        theirs = stored.get(field, "")
        if others and mine == others[0].before:
            continue  # this page still shows what stood there before
        if others:
            conflicts.append(Conflict(field, theirs, mine, others[-1].by, others[-1].at))
            continue
        values[field] = mine
        changes.append(
            DraftChange(
                record=record, revision=last + 1, field=field, before=theirs, after=mine, by=by
            )
        )
    DraftChange.objects.bulk_create(changes)
    return Merged(values, last + bool(changes), tuple(conflicts), bool(changes))


def forget(record: str) -> None:
    """The record is filed: its making is over."""
    DraftChange.objects.filter(record=record).delete()
