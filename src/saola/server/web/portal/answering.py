"""Answering what an office asked for, item by item."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import RequestItem
from saola.server.dossiers.requests import answer_item
from saola.server.web.common.forms import clean
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import own_producers


@needs(Permission.DOSSIER_EDIT)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was done about one item."""
    rows = RequestItem.objects.filter(dossier__product__producer__in=own_producers(request))
    found = get_object_or_404(rows.select_related("dossier"), pk=pk)
    if request.method == "POST":
        text = clean(request.POST.get("answer", ""))[:2000]
        try:
            answer_item(found, text, by=person(request))
            messages.success(request, _("Đã ghi trả lời."))
        except Refused as refused:
            messages.error(request, refused.reason)
    return redirect("portal:dossier", found.dossier_id)
