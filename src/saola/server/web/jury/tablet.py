"""What a member's tablet asks for and sends: the pack before a session, sheets, photos."""

import uuid as uuids
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.councils import sheets
from saola.server.councils.intake.photos import keep_photo
from saola.server.councils.intake.tablets import Message, take
from saola.server.councils.models import AgendaItem, CouncilMember, Session
from saola.server.councils.queries import agenda
from saola.server.dossiers.models import Citation, Evidence
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import whole_number
from saola.server.web.common.posted import posted_sheet
from saola.server.web.common.rights import needs, person
from saola.server.web.jury.sessions import visible_session
from saola.server.web.jury.sheets import visible_item

# what the pages of a session are made of, beside themselves
FILES = (
    "vendor/pico.min.css",
    "vendor/dexie.min.js",
    "saola/saola.css",
    "saola/weave.svg",
    "saola/whose.js",
    "saola/sheet.js",
    "saola/saving.js",
    "saola/tablet.js",
    "saola/tablet_sheet.js",
    "saola/figures.js",
    "saola/shrink.js",
    "saola/pack.js",
)


MOST_REVISIONS = 10**6  # of one sheet; more is no tablet of ours


def _pages(item: AgendaItem) -> list[str]:
    pages = [reverse("jury:sheet", args=[item.pk])]
    if item.purpose != AgendaItem.Purpose.DUPLICATE:
        pages.append(reverse("jury:dossier", args=[item.pk]))
    return pages


@needs(Permission.SHEET_SCORE)
def pack(request: HttpRequest, pk: int) -> JsonResponse:
    """Addresses of everything that a session needs without a network; of papers the cited pages
    come first, then the others, each in the order of the agenda."""
    session: Session = visible_session(request, pk)
    items = [item for item in agenda(session) if not item.left_reason]
    shown = [item for item in items if item.purpose != AgendaItem.Purpose.DUPLICATE]
    pages = [reverse("jury:sessions"), reverse("jury:session", args=[session.pk])]
    pages += [page for item in items for page in _pages(item)]
    cited: list[str] = []
    others: list[str] = []
    for item, evidence, wanted in _evidence(shown):
        pages.append(reverse("jury:evidence", args=[item.pk, evidence.pk]))
        if evidence.file.kind.startswith("audio/"):
            cited.append(reverse("jury:evidence-file", args=[item.pk, evidence.pk]))
            continue
        for number in range(1, (evidence.file.pages or 1) + 1):
            address = reverse("jury:evidence-page", args=[item.pk, evidence.pk, number])
            (cited if number in wanted else others).append(address)
    files = [staticfiles_storage.url(name) for name in FILES]
    return JsonResponse({"files": files, "pages": pages, "cited": cited, "others": others})


def _evidence(items: list[AgendaItem]) -> Iterator[tuple[AgendaItem, Evidence, set[int]]]:
    """Each paper of each item once, with the pages that are cited; the first where none is told."""
    found: dict[int, dict[int, tuple[Evidence, set[int]]]] = {}
    rows = Citation.objects.filter(dossier__in=[item.dossier_id for item in items])
    for row in rows.select_related("evidence__file").order_by("pk"):
        papers = found.setdefault(row.dossier_id, {})
        papers.setdefault(row.evidence_id, (row.evidence, set()))[1].add(row.page or 1)
    for item in items:
        for evidence, wanted in found.get(item.dossier_id, {}).values():
            yield item, evidence, wanted


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    """An item of a session that the person sits in, or sat in before the seat was handed on."""
    seats = CouncilMember.objects.filter(user=request.user.pk, left_at__isnull=False)
    rows = AgendaItem.objects.filter(session__attendance__member__in=seats)
    found = rows.select_related("session__council", "dossier__product__producer").filter(pk=pk)
    return found.first() or visible_item(request, pk)


def _others(request: HttpRequest) -> JsonResponse | None:
    """An answer that leaves the message on the device, where somebody else has signed in since it
    was written."""
    if request.POST.get("user", "") == person(request).username:
        return None
    return _answer("wait", 0, reason="Người khác đang đăng nhập trên máy này.")


@require_POST
@needs(Permission.SHEET_SCORE, Permission.SHEET_HAND_IN)
def message(request: HttpRequest, pk: int) -> JsonResponse:
    """A sheet as a tablet has it; the answer says what became of it."""
    others = _others(request)
    if others is not None:
        return others
    item = _item(request, pk)
    posted = request.POST
    told = Message(
        sheet=_uuid(posted.get("uuid", "")),
        device=str(_uuid(posted.get("device", ""))),
        revision=whole_number(posted.get("revision", "")),
        base=whole_number(posted.get("base", "")),
        seal="seal" in posted,
    )
    if not 0 <= told.base <= MOST_REVISIONS or not 0 < told.revision <= MOST_REVISIONS:
        return _answer("refused", 0, reason="Tin không đọc được.")
    try:
        data, errors = posted_sheet(item, request)
        if errors:
            return _answer("refused", told.base, reason=next(iter(errors.values())))
        outcome = take(item, data, told, by=person(request))
    except Refused as refused:
        return _answer("refused", told.base, reason=refused.reason)
    running = sheet_form.running(item.dossier.criteria_set, data, item.cases)
    return _answer(
        outcome.state,
        outcome.revision,
        sealed=outcome.sealed,
        reason=outcome.reason,
        total=running.total,
        stars=running.stars,
    )


def _answer(
    state: str, revision: int, *, sealed: bool = False, reason: str = "", **figures: Any
) -> JsonResponse:
    return JsonResponse(
        {"state": state, "revision": revision, "sealed": sealed, "reason": reason, **figures}
    )


@require_POST
@needs(Permission.SHEET_SCORE, Permission.SHEET_HAND_IN)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture taken while scoring; sent as often as it takes."""
    others = _others(request)
    if others is not None:
        return others
    item = _item(request, pk)
    upload = request.FILES.get("photo")
    try:
        if upload is None:
            raise Refused("Chưa có ảnh.")
        keep_photo(item, _uuid(request.POST.get("uuid", "")), upload, by=person(request))
    except Refused as refused:
        return JsonResponse({"state": "refused", "reason": refused.reason})
    return JsonResponse({"state": "kept", "reason": ""})


def _uuid(text: str) -> uuids.UUID:
    """The id, or one that belongs to nobody."""
    try:
        return uuids.UUID(text)
    except ValueError:
        return sheets.NOBODY
