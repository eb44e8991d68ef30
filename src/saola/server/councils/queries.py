"""Reads for pages: agenda with progress, matrix products × members."""

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from saola.criteria.rulebook import rulebook
from saola.lifecycle.dossier import State
from saola.scoring import SpreadLimit
from saola.server.accounts.models import Grant
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils.models import (
    AgendaItem,
    CouncilMember,
    DiscussionPoint,
    LateSheet,
    PaperSheet,
    Recusal,
    Result,
    ScoreSheet,
    Session,
)
from saola.server.councils.presence import marked_present

CONFIDENCE = Fraction(196, 100)  # standard errors, for 95 %


@dataclass(frozen=True, slots=True)
class Cell:
    """One member's sheet as the viewer may see it."""

    member: CouncilMember
    state: str  # "none", "begun", "sealed", "absent"
    total: int | None  # None where it may not be seen yet
    far: bool  # lies beyond the spread limit from another
    sheet: UUID | None  # the sealed sheet, where its points may be seen


class Stored(NamedTuple):
    """A current sheet as the matrix needs it."""

    sealed: bool
    total: int | None
    pk: UUID


@dataclass(frozen=True, slots=True)
class Row:
    """One product of the matrix."""

    item: AgendaItem
    cells: list[Cell]
    shown: bool  # whether points may be seen
    spread: int | None
    mean: Fraction | None
    borderline: int | None  # the limit the mean is near to
    result: Result | None


def agenda(session: Session, user: Any = None) -> list[AgendaItem]:
    """Items with product, producer, number of sealed sheets, and whether this person has been
    recused (`out`): two queries at any size."""
    recused = Recusal.objects.filter(item=OuterRef("pk"), member__user=user and user.pk)
    handed_in = Q(sheets__current=True, sheets__sealed_at__isnull=False)
    items = (
        session.items.select_related(
            "dossier__product__producer", "dossier__place", "session__council", "result"
        )
        # the result's papers are long; a list shows its figures only
        .defer("result__input", "result__output", "result__reasons")
        .annotate(sealed=Count("sheets", filter=handed_in), out=Exists(recused))
    )
    return list(items)


def board_mark(session: Session) -> str:
    """Changes with everything that the board of a session shows, and with nothing else: seven
    small reads, so that many screens may ask every two seconds."""
    sheets = ScoreSheet.objects.filter(item__session=session).aggregate(
        Count("pk"), Sum("revision"), Count("sealed_at"), Sum("number")
    )
    items = session.items.aggregate(Count("pk"), Sum("order"), Max("result__computed_at"),
                                    Count("result__concluded_at"))  # fmt: skip
    states = session.items.order_by("pk").values_list("dossier__state", "left_reason")
    points = DiscussionPoint.objects.filter(item__session=session).aggregate(
        Count("pk"), Count("noted_at")
    )
    kept = [
        session.state,
        sorted(sheets.items()),
        sorted(items.items(), key=str),
        list(states),
        sorted(points.items()),
        sorted(marked_present(session)),
        LateSheet.objects.filter(item__session=session).count(),
        sorted(Recusal.objects.filter(item__session=session).values_list("item", "member")),
        PaperSheet.objects.filter(item__session=session).aggregate(
            Count("pk"), Count("checked_at")
        ),
    ]
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class History:
    """A member's sheets for one product, first to last."""

    member: CouncilMember
    sheets: list[ScoreSheet]


def histories(item: AgendaItem) -> list[History]:
    """Members who have more than one sheet for the product, with all their sealed sheets."""
    found: dict[int, History] = {}
    rows = item.sheets.filter(sealed_at__isnull=False).select_related("member__user")
    for sheet in rows.order_by("member__order", "number"):
        found.setdefault(sheet.member_id, History(sheet.member, [])).sheets.append(sheet)
    return [history for history in found.values() if len(history.sheets) > 1]


def own_sheets(session: Session, user: Any) -> dict[int, ScoreSheet]:
    """The person's current sheets by item."""
    rows = ScoreSheet.objects.filter(item__session=session, member__user=user, current=True)
    return {sheet.item_id: sheet for sheet in rows}


def matrix(session: Session, user: Any) -> list[Row]:
    """Products × members. A member sees points once the own complete sheet is sealed, everybody
    once the scores are closed. Until then only who has handed in."""
    places = session.attendance.select_related("member__user").order_by("member__order")
    members = [place.member for place in places]
    present = {place.member_id for place in places if place.present}
    sheets: dict[int, dict[int, Stored]] = {}
    rows = ScoreSheet.objects.filter(item__session=session, current=True)
    for item_id, member_id, sealed_at, total, pk in rows.values_list(
        "item_id", "member_id", "sealed_at", "total", "pk"
    ):
        sheets.setdefault(item_id, {})[member_id] = Stored(sealed_at is not None, total, pk)
    seat = next((m.pk for m in members if m.user_id == user.pk), None)
    may_look = bool(can(user, Permission.SESSION_VIEW, session))
    limit = session.council.rules().spread_limit
    view = _View(members, present, seat, may_look, limit)
    items = agenda(session)
    out = _kept_out(items, members)
    return [_row(item, sheets.get(item.pk, {}), out[item.pk], view) for item in items]


def _kept_out(items: list[AgendaItem], members: list[CouncilMember]) -> dict[int, set[int]]:
    """By item, members who have no part in it (as `presence.conflicted`): two reads for all."""
    out: dict[int, set[int]] = {item.pk: set() for item in items}
    for item_id, member_id in Recusal.objects.filter(item__in=out).values_list("item", "member"):
        out[item_id].add(member_id)
    by_user = {member.user_id: member.pk for member in members}
    ties: dict[str, set[int]] = {}
    grants = Grant.objects.filter(user__in=by_user, scope__startswith="producer:")
    for user_id, scope in grants.values_list("user_id", "scope"):
        ties.setdefault(scope, set()).add(by_user[user_id])
    for item in items:
        out[item.pk] |= ties.get(f"producer:{item.dossier.product.producer_id}", set())
    return out


@dataclass(frozen=True, slots=True)
class _View:
    """What is the same for all rows: the members, who is there, and who looks."""

    members: list[CouncilMember]
    present: set[int]
    seat: int | None  # the viewer's own
    may_look: bool
    limit: SpreadLimit | None


def _row(item: AgendaItem, sheets: dict[int, Stored], out: set[int], view: _View) -> Row:
    sealed = {pk: sheet.total for pk, sheet in sheets.items() if sheet.sealed}
    counting = _counting(view, sealed.keys(), out)
    result = getattr(item, "result", None)
    past_scoring = _past_scoring(item, result)
    # attendance opens nothing, nor does a sheet that only stops the evaluation or does not count
    own_in = view.seat in counting and sealed.get(view.seat or 0) is not None
    shown = view.may_look and (past_scoring or own_in)
    totals = [t for pk, t in sealed.items() if t is not None and pk in counting] if shown else []
    all_in = bool(counting) and counting <= sealed.keys()
    mean = Fraction(sum(totals), len(totals)) if totals and all_in else None
    cells = [
        Cell(
            member,
            "recused" if member.pk in out else _state(member.pk, sealed, sheets, view),
            sealed.get(member.pk) if shown else None,
            member.pk in counting and _far(sealed.get(member.pk), totals, view.limit),
            sheets[member.pk].pk if shown and member.pk in sealed else None,
        )
        for member in view.members
    ]
    scored = result is None or result.status in ("scored", "spread_exceeded")
    spread = max(totals) - min(totals) if totals and scored else None
    return Row(item, cells, shown, spread, mean, _borderline(item, totals, mean), result)


def _counting(view: _View, sealed: AbstractSet[int], out: set[int]) -> set[int]:
    """Members whose sheet counts or is waited for: there now or gone after handing in, not kept
    out; of two who held one seat the one that has handed in."""
    successors = {m.replaces_id: m.pk for m in view.members if m.replaces_id}
    counting = ((view.present | sealed) & {m.pk for m in view.members}) - out
    return {pk for pk in counting if not (pk in successors and pk not in sealed)} - {
        after for before, after in successors.items() if before in sealed
    }


def _past_scoring(item: AgendaItem, result: Result | None) -> bool:
    """Whether nobody can be swayed any more by seeing points: scores are closed, for a trial the
    session is."""
    if not item.counted:
        return bool(item.session.state == Session.State.CLOSED)
    if item.left_reason:
        return result is not None
    return bool(item.dossier.state != State.SCHEDULED)


def _state(pk: int, sealed: dict[int, int | None], sheets: dict[int, Stored], view: _View) -> str:
    if pk in sealed:
        return "sealed"
    if pk not in view.present:
        return "absent"
    return "begun" if pk in sheets else "none"


def _far(total: int | None, totals: list[int], limit: SpreadLimit | None) -> bool:
    """Where the spread is broken: whether a total lies more than half the limit from the middle
    one. The rule itself compares members in pairs; this shows whom to ask first."""
    if total is None or limit is None or len(totals) < 2:
        return False
    broken = limit.broken_by(max(totals) - min(totals))
    return broken and abs(total - median(totals)) > limit.points / 2


def _borderline(item: AgendaItem, totals: list[int], mean: Fraction | None) -> int | None:
    """The band limit within 1.96 standard errors of the mean, if there is one."""
    if mean is None or len(totals) < 2:
        return None
    variance = sum((t - mean) ** 2 for t in totals) / (len(totals) - 1)
    reach = CONFIDENCE**2 * variance / len(totals)
    for band in rulebook(item.dossier.criteria_set.rulebook).bands:
        if band.start and (mean - band.start) ** 2 < reach:
            return band.start
    return None
