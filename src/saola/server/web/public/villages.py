"""A village's task behind its secret address: read it, play it, send proof from a phone."""

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.files.models import StoredFile
from saola.server.outreach.models import Material, Proof, Task
from saola.server.outreach.tasks import prove
from saola.server.web.common.papers import file_response
from saola.server.web.common.sending.limits import counted
from saola.server.web.common.sending.proving import ProofForm

MOST = 60  # proofs from one connection in an hour


class VillageForm(ProofForm):
    """Machines that fill in everything are told apart by the field that people do not see."""

    website = forms.CharField(required=False, widget=forms.HiddenInput())


@login_not_required
def task(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """What is asked of the village, and the form that says it was done."""
    rows = Task.objects.select_related("campaign", "place").exclude(village="")
    found = get_object_or_404(rows, token=token)
    posted = request.POST if request.method == "POST" else None
    form = VillageForm(
        posted,
        request.FILES or None,
        initial={"uid": uuid.uuid4(), "on": timezone.localdate()},
    )
    if form.is_valid() and not form.cleaned_data["website"]:
        limit = counted(request, "proof", MOST)
        sent = form.carry_out(lambda: limit(lambda: _prove(found, form)))
        if sent is not None:
            messages.success(request, _("Đã gửi. Cảm ơn bạn."))
            return redirect("public:village-task", token)
    context = {
        "task": found,
        "form": form,
        "materials": found.campaign.materials.filter(replaced_by=None),
        "proofs": found.proofs.all(),
    }
    answer = render(
        request, "public/village_task.html", context, status=400 if form.errors else 200
    )
    # the address is a secret; without any referrer the browser would hide the form's origin too
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _prove(found: Task, form: VillageForm) -> Proof:
    facts: dict[str, Any] = form.facts()
    facts.pop("website")
    cleaned = form.cleaned_data
    return prove(found, cleaned["uid"], facts, token=found.token, upload=cleaned["photo"])


@login_not_required
def material(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a campaign: made to be shown to everybody."""
    found = get_object_or_404(Material.objects.exclude(file=None).select_related("file"), pk=pk)
    return file_response(cast(StoredFile, found.file))
