"""Reads for pages: the queue of an office, a dossier with its papers."""

from collections import defaultdict
from typing import Any

from django.db.models import F, QuerySet

from saola.lifecycle.dossier import STEPS, State
from saola.lifecycle.machine import Step, possible
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.dossiers.models import Citation, Dossier

# whose move it is in each state; the permission of the step that leads on
MOVES: dict[str, tuple[State, ...]] = {
    Permission.COMMUNE_RECEIVE: (State.FILED, State.COMMUNE_RECEIVED),
    Permission.COMMUNE_SIGN: (State.COMMUNE_RECEIVED, State.REPORTED),
    Permission.AGENCY_RECEIVE: (State.PROPOSED, State.AGENCY_RECEIVED),
    Permission.ADVISE: (State.ACCEPTED,),
    Permission.AGENCY_SUBMIT: (
        State.CONCLUDED,
        State.APPROVED,
        State.FORWARDED,
        State.CENTRAL_RESULT,
    ),
    Permission.AGENCY_NOTIFY: (State.PUBLISHED, State.DISQUALIFIED),
    Permission.PROVINCE_DECIDE: (State.SUBMITTED, State.RECOGNISED),
    Permission.PROVINCE_PUBLISH: (State.CERTIFIED,),
}


def queue(user: Any, *, mine: bool = True, state: str = "") -> QuerySet[Dossier]:
    """Dossiers of the office, what is late first, then by age; `mine`: where it is our move."""
    rows = Dossier.objects.visible_to(user).select_related("product__producer", "place")
    if state:
        rows = rows.filter(state=state)
    elif mine:
        wanted = [s for p, states in MOVES.items() if can(user, p) for s in states]
        rows = rows.filter(state__in=wanted)
    return rows.order_by(F("due_on").asc(nulls_last=True), "filed_on", "pk")


def steps_open_to(user: Any, dossier: Dossier) -> list[Step]:
    """The acts this person may try on the dossier now."""
    rows = possible(STEPS, dossier.state, dossier.kind)
    return [step for step in rows if can(user, step.permission, dossier)]


def citations_by_criterion(dossier: Dossier) -> dict[str, list[Citation]]:
    """Cited evidence with its file, by criterion: one query."""
    found: dict[str, list[Citation]] = defaultdict(list)
    rows = dossier.citations.select_related("evidence__file").order_by("pk")
    for citation in rows:
        found[citation.criterion].append(citation)
    return dict(found)
