"""Reads for pages: the queue of an office, a dossier with its papers."""

from collections import defaultdict
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from saola.lifecycle.dossier import STEPS, State
from saola.lifecycle.machine import Refused, Step, possible
from saola.server.accounts.rights import can
from saola.server.accounts.roles import ALL, HELPER
from saola.server.dossiers.models import Citation, Dossier

# acts that do not lead on: their state is not waiting for them
ASIDE = {
    "withdraw",
    "unschedule",
    "postpone",
    "rescore",
    "disqualify",
    "ask_commune",
    "ask_agency",
    "return_commune",
    "return_agency",
    "notify_forwarded",
}


def _our_move(user: Any) -> Q:
    """Dossiers whose next act the person may take, by the step table."""
    wanted = Q(pk__in=[])
    for step in STEPS:
        if step.key not in ASIDE and can(user, step.permission):
            move = Q(state__in=step.source)
            wanted |= move & Q(kind__in=step.kinds) if step.kinds else move
    return wanted


def has_moves(user: Any) -> bool:
    """Whether the step table has acts for this person at all."""
    return any(step.key not in ASIDE and can(user, step.permission) for step in STEPS)


def roles_to_move(state: str, kind: str) -> list[str]:
    """Keys of the roles whose act leads on from here, by the step table."""
    rows = [step for step in possible(STEPS, state, kind) if step.key not in ASIDE]
    return [
        role.key
        for role in ALL.values()
        if role.key != HELPER and any(step.permission in role.permissions for step in rows)
    ]


def queue(
    user: Any, *, mine: bool = True, state: str = "", late: bool = False
) -> QuerySet[Dossier]:
    """Dossiers of the office, what is late first, then by age; `mine`: where it is our move;
    `late`: whose clock has run out."""
    rows = Dossier.objects.visible_to(user).select_related("product__producer", "place")
    if late:
        rows = rows.filter(due_on__lt=timezone.localdate(), paused_on=None)
    if state:
        rows = rows.filter(state=state)
    elif mine:
        rows = rows.filter(_our_move(user))
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


def locked(dossier: Dossier) -> Dossier:
    """The dossier's row, locked until the transaction ends."""
    rows = Dossier.objects.select_related("product__producer", "place")
    return rows.select_for_update(of=("self",)).get(pk=dossier.pk)


def open_for_producer(dossier: Dossier) -> None:
    """Refused once the dossier is filed and nothing is asked for."""
    if dossier.state not in (State.DRAFT, State.COMMUNE_ASKED, State.AGENCY_ASKED):
        raise Refused(
            "Hồ sơ đã nộp nên không sửa được nữa. Bản đã nộp vẫn giữ nguyên; "
            "cơ quan tiếp nhận có thể yêu cầu bổ sung."
        )
