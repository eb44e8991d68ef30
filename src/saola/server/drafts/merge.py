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


@dataclass(frozen=True, slots=True)
class Opened:
    """A page as somebody has it before them: the revision it was opened at, and its own id, under
    which all that is written on it is one hand's. None of a revision overwrites."""

    base: int | None = None
    page: str = ""


OVERWRITES = Opened()


def merge(
    record: str, stored: Mapping[str, str], posted: Mapping[str, str], *, opened: Opened, by: str
) -> Merged:
    """Take over the posted fields that this page changed since it was opened.

    A field that was only changed elsewhere stays as it is there; one that was changed here too
    stays as well, and is a Conflict: saved again from a page of the new revision it is overwritten
    knowingly. What the same page wrote before is no other hand. The caller has locked the record
    and keeps `values`.
    """
    last = revision_of(record)
    wanted = {f: v for f, v in posted.items() if v != stored.get(f, "")}
    between = _between(record, opened, list(wanted))
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
                record=record,
                revision=last + 1,
                field=field,
                before=theirs,
                after=mine,
                by=by,
                page=opened.page,
            )
        )
    DraftChange.objects.bulk_create(changes)
    return Merged(values, last + bool(changes), tuple(conflicts), bool(changes))


def _between(record: str, opened: Opened, fields: list[str]) -> dict[str, list[DraftChange]]:
    """What other hands changed since the page was opened, by field, oldest first."""
    found: dict[str, list[DraftChange]] = {}
    if not fields or opened.base is None:
        return found
    rows = DraftChange.objects.filter(record=record, revision__gt=opened.base, field__in=fields)
    if opened.page:
        rows = rows.exclude(page=opened.page)
    for row in rows.order_by("revision"):
        found.setdefault(row.field, []).append(row)
    return found


def forget(record: str) -> None:
    """The record is filed: the words go, the revisions stay, for pages opened before may come
    back."""
    DraftChange.objects.filter(record=record).update(before="", after="")


def forget_old(before: datetime) -> None:
    """Words of changes older than that go, of every record."""
    rows = DraftChange.objects.filter(at__lt=before).exclude(before="", after="")
    rows.update(before="", after="")
