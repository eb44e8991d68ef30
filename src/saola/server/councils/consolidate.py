"""From the sealed sheets of an item to its stored result."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.scoring import Invalid
from saola.scoring import score as compute
from saola.scoring.contract import panel_from, regulation_data, result_data
from saola.scoring.explain import explain
from saola.scoring.result import Result as Computed
from saola.server.councils.models import AgendaItem, Attendance, CouncilMember, Result, ScoreSheet


def input_of(item: AgendaItem) -> dict[str, Any]:
    """The object of `saola score` for this item: sealed sheets, absences, what was agreed."""
    council = item.session.council
    present = set(
        Attendance.objects.filter(session=item.session, present=True).values_list(
            "member_id", flat=True
        )
    )
    sheets = {
        sheet.member_id: sheet
        for sheet in ScoreSheet.objects.filter(item=item, current=True, sealed_at__isnull=False)
    }
    return {
        "sheet": item.dossier.sheet_id,
        "cases": item.cases,
        "agreed": item.agreed,
        "regulation": regulation_data(council.rules()),
        "events": item.events,
        "members": [
            _member(member, sheets.get(member.pk), absent=member.pk not in present)
            for member in council.members.select_related("user")
        ],
    }


def _member(member: CouncilMember, sheet: ScoreSheet | None, *, absent: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"name": member.sheet_name, "absent": absent}
    if member.seat == CouncilMember.Seat.CHAIR:
        data["chair"] = True
    if sheet is not None:
        data["choices"] = sheet.choices
        data["no_option_fits"] = sheet.unfit
        data["events"] = sheet.events
    return data


def unsealed(item: AgendaItem) -> list[CouncilMember]:
    """Present members who have not handed in yet."""
    sealed = ScoreSheet.objects.filter(item=item, current=True, sealed_at__isnull=False)
    present = Attendance.objects.filter(session=item.session, present=True)
    return list(
        CouncilMember.objects.filter(pk__in=present.values("member"))
        .exclude(pk__in=sealed.values("member"))
        .select_related("user")
    )


def preview(item: AgendaItem) -> Computed | None:
    """The result as it would be now; None while a present member's sheet is missing."""
    try:
        return compute(panel_from(input_of(item)))
    except Invalid:
        return None


@transaction.atomic
def store(item: AgendaItem) -> Result:
    """Compute and keep the result; an earlier one of the item is replaced (its figures stay in
    the journal)."""
    data = input_of(item)
    computed = compute(panel_from(data))
    output = result_data(computed)
    result, _ = Result.objects.update_or_create(
        item=item,
        defaults={
            "dossier": item.dossier,
            "status": computed.status,
            "total": output["total"] or "",
            "total_decimal": output["total_decimal"],
            "band": computed.band,
            "stars": computed.stars,
            "certificate": computed.certificate,
            "forwarded": computed.forwarded,
            "spread": computed.spread.max if computed.spread else None,
            "input": data,
            "output": output,
            "reasons": explain(computed, points=False),
            "computed_at": timezone.now(),
            "concluded_at": None,
        },
    )
    return result
