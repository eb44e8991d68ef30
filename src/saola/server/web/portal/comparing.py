"""What was read on a paper beside the paper itself: look, then confirm."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.reading import Unreadable
from saola.reading.papers import MOST_PAGES, page_picture
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import Evidence
from saola.server.dossiers.proposals import being_read, confirm, open_proposals
from saola.server.files.store import open_file
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import own_dossier

SECONDS = 3  # between two looks at a paper that is being read


def own_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> Evidence:
    """A paper of the producer of the person's own dossier."""
    dossier = own_dossier(request, pk)
    rows = Evidence.objects.select_related("file")
    return get_object_or_404(rows, pk=evidence_pk, producer=dossier.product.producer_id)


@needs(Permission.DOSSIER_EDIT)
def compare(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """The pages on which something was read, each with its places marked."""
    found = own_evidence(request, pk, evidence_pk)
    if request.method == "POST":
        confirm(found, request.POST.getlist("field"), by=person(request))
        messages.success(request, _("Đã ghi các mục bạn xác nhận."))
        return redirect("portal:evidence", pk)
    proposals = open_proposals(found)
    waiting = being_read(found)
    context = {
        "dossier": own_dossier(request, pk),
        "evidence": found,
        "waiting": waiting,
        "last": min(found.file.pages or 1, MOST_PAGES),
        "pages": sorted({p["page"] for p in proposals}),
        "proposals": proposals,
        "illustrative": found.illustrative,
    }
    response = render(request, "portal/compare.html", context)
    if waiting:
        response.headers["Refresh"] = str(SECONDS)
    return response


@needs(Permission.DOSSIER_EDIT)
def page(request: HttpRequest, pk: int, evidence_pk: int, number: int) -> HttpResponse:
    """One page of the paper as a picture."""
    found = own_evidence(request, pk, evidence_pk)
    with open_file(found.file) as file:
        content = file.read()
    try:
        shown = page_picture(content, number)
    except Unreadable:
        raise Http404 from None
    cached = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(shown, content_type="image/jpeg", headers=cached)
