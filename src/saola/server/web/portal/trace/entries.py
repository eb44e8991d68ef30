"""One entry of the log: what was written down, its photo, declaring it wrong."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.traceability.corrections import declare_wrong
from saola.server.traceability.labels import ACTS
from saola.server.traceability.models import Entry
from saola.server.web.common.forms import Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trace.log import loggers


class WrongForm(Form):
    """Why the entry does not hold."""

    reason = forms.ChoiceField(
        label=_("Sai thế nào"),
        choices=[
            ("incorrect_data", _("Số liệu sai, tôi sẽ ghi lại")),
            ("did_not_occur", _("Việc này không xảy ra")),
        ],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(label=_("Sai ở đâu"), max_length=500)


def _own(request: HttpRequest, uid: uuid.UUID) -> Entry:
    rows = Entry.objects.select_related("producer", "lot__item", "area", "photo", "written_by")
    found = rows.filter(pk=uid, producer__in=loggers(request)).first()
    if found is None:
        raise Http404
    return found


@needs(Permission.TRACE_LOG)
def entry(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What was written down, and the form that declares it wrong."""
    found = _own(request, uid)
    form = WrongForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason, why = form.cleaned_data["reason"], form.cleaned_data["why"]
        by = person(request)
        if form.carry_out(lambda: declare_wrong(found, reason, why, by=by)) is not None:
            messages.success(request, _("Đã khai lần ghi này là sai."))
            return redirect("portal:entry", uid)
    context = {
        "entry": found,
        "name": ACTS[found.act],
        "uses": found.uses.select_related("lot__item"),
        "form": form,
        "illustrative": found.producer.illustrative,
    }
    status = 400 if form.errors else 200
    return render(request, "portal/trace/entry.html", context, status=status)


@needs(Permission.TRACE_LOG)
def photo(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The photo of an entry."""
    found = _own(request, uid)
    if found.photo is None:
        raise Http404
    return file_response(found.photo)
