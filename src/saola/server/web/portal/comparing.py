"""What was read on a paper beside the paper itself: look, then confirm."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.reading import Unreadable
from saola.reading.papers import MOST_PAGES
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import Evidence
from saola.server.dossiers.proposals import TAKEN, being_read, correct, open_proposals
from saola.server.files.pages import picture
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import own_dossier

SECONDS = 3  # between two looks at a paper that is being read


def own_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> Evidence:
    """A paper of the producer of the person's own dossier."""
    dossier = own_dossier(request, pk)
    rows = Evidence.objects.select_related("file")
    return get_object_or_404(rows, pk=evidence_pk, producer=dossier.product.producer_id)


class FactsForm(Form):
    """What the paper says, as a person has seen it."""

    number = forms.CharField(label=TAKEN["number"], max_length=80, required=False)
    holder = forms.CharField(label=TAKEN["holder"], max_length=200, required=False)
    issuer = forms.CharField(label=TAKEN["issuer"], max_length=200, required=False)
    issued_on = DateField(label=TAKEN["issued_on"], required=False)
    expires_on = DateField(label=TAKEN["expires_on"], required=False)


@needs(Permission.DOSSIER_EDIT)
def compare(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """The pages on which something was read, each with its places marked."""
    found = own_evidence(request, pk, evidence_pk)
    proposals = open_proposals(found)
    read = {p["name"]: p for p in proposals}
    initial = {name: getattr(found, name) for name in TAKEN}
    initial |= {name: p["value"] for name, p in read.items() if p["sure"]}
    form = FactsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: correct(found, form.cleaned_data, by=person(request))
    ):
        messages.success(request, _("Đã ghi các mục bạn xác nhận."))
        return redirect("portal:evidence", pk)
    waiting = being_read(found)
    context = {
        "dossier": own_dossier(request, pk),
        "evidence": found,
        "waiting": waiting,
        "last": min(found.file.pages or 1, MOST_PAGES),
        "pages": sorted({p["page"] for p in proposals}),
        "proposals": proposals,
        "fields": [(form[name], read.get(name)) for name in TAKEN],
        "form": form,
        "illustrative": found.illustrative,
    }
    status = 400 if form.errors else 200
    response = render(request, "portal/compare.html", context, status=status)
    if waiting:
        response.headers["Refresh"] = str(SECONDS)
    return response


@needs(Permission.DOSSIER_EDIT)
def page(request: HttpRequest, pk: int, evidence_pk: int, number: int) -> HttpResponse:
    """One page of the paper as a picture."""
    found = own_evidence(request, pk, evidence_pk)
    try:
        shown = picture(found.file, number)
    except Unreadable:
        raise Http404 from None
    cached = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(shown, content_type="image/jpeg", headers=cached)
