"""A commune's tasks: hand to villages, send proof, look at what came."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, ids_in
from saola.server.outreach.models import Task
from saola.server.outreach.tasks import prove, return_task, to_villages
from saola.server.places.models import Place
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person
from saola.server.web.common.sending.proving import ProofForm

SHOWN = 200


class VillagesForm(Form):
    """One village on each line."""

    villages = forms.CharField(
        label=_("Tên các bản, tiểu khu, tổ dân phố (mỗi dòng một tên)"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReturnForm(Form):
    """What is to be done again."""

    why = forms.CharField(label=_("Cần làm lại điều gì"), max_length=300)


@needs(Permission.OUTREACH_DO)
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks of the person's communes, those that are due first."""
    codes = ids_in(person(request).scopes_for(Permission.OUTREACH_DO), "place")
    places = Q(place__in=Place.objects.seen_by(codes)) | Q(place__province_code__in=codes)
    rows = Task.objects.filter(places, village="").select_related("campaign", "place")
    context = {
        "rows": rows.order_by("state", "due_on", "pk")[:SHOWN],
        "today": timezone.localdate(),
    }
    return render(request, "desk/telling/tasks.html", context)


@needs(Permission.OUTREACH_DO)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task of a commune with its villages, their addresses and what they sent."""
    rows = Task.objects.select_related("campaign", "place")
    found = get_object_or_404(rows, pk=pk)
    by = person(request)
    if not can(by, Permission.OUTREACH_DO, found):
        raise Http404
    which = request.POST.get("form", "") if request.method == "POST" else ""
    villages = VillagesForm(request.POST if which == "villages" else None)
    back = ReturnForm(request.POST if which == "return" else None, auto_id="return-%s")
    proof = ProofForm(
        *((request.POST, request.FILES) if which == "proof" else ()),
        initial={"uid": uuid.uuid4(), "on": timezone.localdate()},
        auto_id="proof-%s",
    )
    done: Any = None
    if villages.is_valid():
        names = villages.cleaned_data["villages"].splitlines()
        done = villages.carry_out(lambda: to_villages(found, names, by=by) or True)
    elif proof.is_valid():
        facts, uid = proof.facts(), proof.cleaned_data["uid"]
        upload = proof.cleaned_data["photo"]
        done = proof.carry_out(lambda: prove(found, uid, facts, by=by, upload=upload))
    elif back.is_valid():
        done = back.carry_out(lambda: return_task(found, back.cleaned_data["why"], by=by))
    if done is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:outreach-task", pk)
    context = _shown(found) | {"villages": villages, "proof": proof, "back": back}
    failed = villages.errors or proof.errors or back.errors
    return render(request, "desk/telling/task.html", context, status=400 if failed else 200)


def _shown(found: Task) -> dict[str, Any]:
    """The task with its materials, its villages and what came."""
    below = found.villages.prefetch_related("proofs")
    return {
        "task": found,
        "materials": found.campaign.materials.filter(replaced_by=None),
        "below": [
            (one, f"{settings.BASE_URL}{reverse('public:village-task', args=[one.token])}")
            for one in below
        ],
        "proofs": found.proofs.all(),
    }
