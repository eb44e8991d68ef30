"""From the sealed sheets of an item to its stored result."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria.load import canonical
from saola.scoring import Result as Computed
from saola.scoring import score as compute
from saola.scoring.contract import panel_from, regulation_data, result_data
from saola.scoring.explain import explain
from saola.server.councils.models import AgendaItem, CouncilMember, Result, ScoreSheet
from saola.server.councils.presence import conflicted, present_for, presiding, seats_for


def input_of(item: AgendaItem) -> dict[str, Any]:
    """The object of `saola score` for this item: sealed sheets, absences, what was agreed."""
    council, members, present = item.session.council, seats_for(item), present_for(item)
    chair = presiding(council, members, present)
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
            | ({"chair": True} if member == chair else {})
            for member in members
        ],
    }


def panel_of(item: AgendaItem) -> dict[str, list[str]]:
    """Who holds a seat for the product, who counts, and who is kept out of it; names on sheets."""
    present, out = present_for(item), conflicted(item)
    seats = seats_for(item)
    return {
        "seats": [member.sheet_name for member in seats],
        "present": [member.sheet_name for member in seats if member.pk in present],
        "kept_out": [member.sheet_name for member in seats if member.pk in out],
    }


def _member(member: CouncilMember, sheet: ScoreSheet | None, *, absent: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"name": member.sheet_name, "absent": absent}
    if sheet is not None and not absent:
        data["choices"] = sheet.choices
        data["no_option_fits"] = sheet.unfit
        data["events"] = sheet.events
    return data


def facts(result: Result) -> dict[str, Any]:
    """What the journal keeps of a result: figures without names, and a digest of all of it."""
    whole = canonical({"input": result.input, "output": result.output})
    return {
        "status": result.status,
        "total": result.total,
        "stars": result.stars,
        "sha256": hashlib.sha256(whole).hexdigest(),
    }


@transaction.atomic
def store(item: AgendaItem) -> tuple[Result, Computed]:
    """Compute and keep the result, stored and as computed; an earlier one of the item is replaced
    (its figures stay in the journal)."""
    data = input_of(item)
    item.panel = panel_of(item)
    item.save(update_fields=["panel"])
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
    return result, computed
