"""The officer's queue and one dossier with the acts open to the person."""

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.dossier import BEFORE_COUNCIL, State
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils.models import Result
from saola.server.dossiers.checklist import checklist
from saola.server.dossiers.exports import HEAD, dossier_rows
from saola.server.dossiers.filed import looks
from saola.server.dossiers.filed.versions import filed_assessment
from saola.server.dossiers.labels import STATES
from saola.server.dossiers.labels import STEPS as STEP_NAMES
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.dossiers.queries import ASIDE, has_moves, steps_open_to
from saola.server.dossiers.queries import queue as queue_of
from saola.server.examination.actions import may_examine
from saola.server.recognition.models import Notice
from saola.server.web.common import sheet_form
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.papers import (
    dossier_papers,
    file_response,
    form_response,
    receipt_response,
    version_page,
    whole_response,
)
from saola.server.web.common.proposal import proposal_response
from saola.server.web.common.rights import needs, person

LOOKS = 50  # the newest, of who opened a dossier
PER_PAGE = 50
# acts with a page of their own; the rest take the plain form of `step`
OWN_PAGE = {
    "certify": "desk:certify",
    "notify": "desk:notify",
    "notify_unrecognised": "desk:notify",
    "notify_excluded": "desk:notify",
    "notify_forwarded": "desk:notify",
    "notify_central": "desk:notify",
    "record_central": "desk:central",
    "recognise_central": "desk:decide-central",
    "recognise_on_central": "desk:decide-central",
}
ELSEWHERE = {"schedule", "unschedule"}
DECIDED_TOGETHER = {"recognise", "approve_result"}  # one decision over several products


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Which dossiers the address asks for: our move, all, late, or of one state."""
    state = request.GET.get("buoc", "")
    moves = has_moves(request.user)
    everything = "tat-ca" in request.GET or state == "tat-ca" or not moves
    late = state == "tre-han"
    state = state if state in STATES else ""
    rows = queue_of(request.user, mine=not (everything or late), state=state, late=late)
    return {"rows": rows, "state": state, "late": late, "everything": everything, "moves": moves}


@needs(Permission.DESK_USE)
def queue_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same dossiers, all of them, to count with."""
    rows = dossier_rows(_asked(request)["rows"])
    return table_response(f"ho-so-ocop-{timezone.localdate()}", kind, "Hồ sơ", HEAD, rows)


@needs(Permission.DESK_USE)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this person's move; by wish all, or one state."""
    asked = _asked(request)
    rows = asked.pop("rows")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    query = request.GET.copy()
    query.pop("trang", None)
    context = asked | {
        "page": page,
        "states": STATES,
        "query": query.urlencode(),
        "decides": can(request.user, Permission.PROVINCE_DECIDE),
        "submits": can(request.user, Permission.AGENCY_SUBMIT),
        "illustrative": any(dossier.illustrative for dossier in page),
    }
    return render(request, "desk/queue.html", context)


def visible_dossier(request: HttpRequest, pk: int) -> Dossier:
    """A dossier the person may see; otherwise not found."""
    rows = Dossier.objects.visible_to(request.user).select_related("product__producer", "place")
    found = get_object_or_404(rows, pk=pk)
    looks.note(found, person(request))
    return found


def _acts(found: Dossier, user: Any, result: Result | None) -> list[dict[str, Any]]:
    """Acts as buttons, the one that leads on first; those the result rules out are left away."""
    steps = [s for s in steps_open_to(user, found) if s.key not in _ruled_out(found, result)]
    steps.sort(key=lambda s: s.key in ASIDE)
    return [
        {
            "key": s.key,
            "name": STEP_NAMES[s.key],
            "page": OWN_PAGE.get(s.key),
            "decide": s.key in DECIDED_TOGETHER,
            "aside": s.key in ASIDE,
        }
        for s in steps
        if s.key not in ELSEWHERE
    ]


def _ruled_out(found: Dossier, result: Result | None) -> set[str]:
    """Acts of the table that this result will never allow."""
    out: set[str] = set()
    if result is not None:
        low = (result.stars or 0) < 3 and not result.forwarded
        out |= {"submit"} if low else {"notify_unrecognised"}
        out |= {"recognise"} if result.forwarded else {"approve_result"}
    central = getattr(found, "central_result", None)
    if central is not None:
        fits = {5: "recognise_central", 4: "recognise_on_central", 3: "recognise_on_central"}
        wanted = fits.get(central.stars, "notify_central")
        if found.state == State.CENTRAL_RESULT:
            out |= {"recognise_central", "recognise_on_central", "notify_central"} - {wanted}
    return out


@needs(Permission.DESK_USE)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper, its history, and what can be done now."""
    found = visible_dossier(request, pk)
    result = found.results.filter(concluded_at__isnull=False).order_by("-pk").first()
    receives = can(request.user, Permission.COMMUNE_RECEIVE, found)
    evidence = sheet_form.evidence_lines(
        found, lambda c: reverse("desk:evidence-file", args=[found.pk, c.evidence_id])
    )
    wanted = next(c for c in checklist(found) if c.stars == found.target_stars)
    context = dossier_papers(found) | {
        "missing": wanted.missing if found.state in BEFORE_COUNCIL else (),
        "dossier": found,
        "acts": _acts(found, request.user, result),
        "claimed": sheet_form.claims(found.criteria_set, filed_assessment(found), evidence),
        "requests": found.requests.select_related("asked_by"),
        "history": found.steps.select_related("by"),
        "versions": found.versions.select_related("filed_by"),
        "result": result,
        "recognition": found.recognitions.select_related("certificate", "decision").first(),
        "notice": Notice.objects.filter(dossier=found).order_by("-pk").first(),
        "reporting": found.state in (State.COMMUNE_RECEIVED, State.AGENCY_ASKED) and receives,
        "receives": receives,
        "sampling": _sampling(found, request.user),
        "examining": may_examine(request.user, found),
        "rows": found.samples.all(),
        "visits": found.visits.prefetch_related("photos"),
        "tests": found.tests.select_related("file"),
        "illustrative": found.illustrative,
        "looks": found.looks.select_related("user")[:LOOKS]
        if can(request.user, Permission.JOURNAL_VIEW, found)
        else (),
    }
    context["form_numbers"] = ("01", "02", "03")
    return render(request, "desk/dossier.html", context)


def _sampling(found: Dossier, user: Any) -> bool:
    """Whether this person records what is done with samples now."""
    if not found.criteria_set.sample_units:
        return False
    if found.state in (State.COMMUNE_RECEIVED, State.REPORTED):
        return bool(can(user, Permission.COMMUNE_RECEIVE, found))
    return found.samples_on is not None and bool(can(user, Permission.AGENCY_RECEIVE, found))


@needs(Permission.DESK_USE)
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """Evidence cited in a dossier the person may see."""
    found = visible_dossier(request, pk)
    evidence = get_object_or_404(
        Evidence.objects.select_related("file").filter(citations__dossier=found).distinct(),
        pk=evidence_pk,
    )
    return file_response(evidence.file)


@needs(Permission.DESK_USE)
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One filed version, and what changed since the one before."""
    return version_page(
        request, visible_dossier(request, pk), number, reverse("desk:dossier", args=[pk])
    )


@needs(Permission.DESK_USE)
def whole(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    """All that was filed last, in one file."""
    return whole_response(visible_dossier(request, pk), kind)


@needs(Permission.DESK_USE)
def receipt_file(request: HttpRequest, pk: int, step: str, kind: str) -> HttpResponse:
    """The slip of receiving, as PDF."""
    return receipt_response(visible_dossier(request, pk), step, kind)


@needs(Permission.DESK_USE)
def form_file(request: HttpRequest, pk: int, number: str, kind: str) -> HttpResponse:
    """One of the decision's forms, filled in."""
    return form_response(visible_dossier(request, pk), number, kind)


@needs(Permission.COMMUNE_SIGN, Permission.AGENCY_SUBMIT)
def proposal(request: HttpRequest, pk: int) -> FileResponse:
    """What goes with the proposal, in one ZIP."""
    return proposal_response(visible_dossier(request, pk))
