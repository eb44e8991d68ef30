"""Points of discussion: opened when scores are closed, noted by the chair, told in the minutes."""

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.scoring import Result as Computed
from saola.server.accounts.models import User
from saola.server.councils.discussion.triggers import points
from saola.server.councils.models import AgendaItem, DiscussionPoint
from saola.server.councils.presence import require_presiding
from saola.server.councils.sheets import locked_item
from saola.server.journal.record import digest, record


def round_of(item: AgendaItem) -> int:
    """Which closing of the scores this is, counted from when the product came on this agenda: each
    second sheet, of whichever member, makes a new one."""
    steps = item.dossier.steps
    scheduled = steps.filter(step="schedule").order_by("-pk").first()
    closings = steps.filter(step="score")
    if scheduled is not None:
        closings = closings.filter(pk__gt=scheduled.pk)
    return max(closings.count(), 1)


def open_points(item: AgendaItem, computed: Computed) -> list[DiscussionPoint]:
    """What this scoring calls for."""
    number = round_of(item)
    return [
        DiscussionPoint.objects.create(item=item, kind=kind, round=number, text=text)
        for kind, text in points(computed, item.session.council)
    ]


def unnoted(item: AgendaItem) -> str | None:
    """Why the product cannot be concluded yet: a point of the last scoring without its note."""
    waiting = item.points.filter(round=round_of(item), note="").count()
    return f"Còn {waiting} điểm thảo luận chưa ghi ý kiến của Hội đồng." if waiting else None


@transaction.atomic
def note(point: DiscussionPoint, text: str, *, by: User) -> DiscussionPoint:
    """Write what the council said on a point; once."""
    item = locked_item(point.item)
    require_presiding(item.session, by)
    point = DiscussionPoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
    if not text.strip():
        raise Refused("Hãy ghi ý kiến của Hội đồng về điểm thảo luận này.", field="note")
    if point.note:
        raise Refused("Điểm thảo luận này đã có ý kiến của Hội đồng.")
    point.note, point.noted_at, point.noted_by = text.strip(), timezone.now(), by
    point.save(update_fields=["note", "noted_at", "noted_by"])
    facts = {"kind": point.kind, "round": point.round, "note": digest(point.note)}
    record("note_point", f"item:{item.pk}", facts, by=by)
    return point
