"""Messages to many: write, look at who gets it, confirm, watch it go."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.outreach.mailings import (
    as_sent,
    confirm,
    draft,
    progress,
    quiet,
    recipients,
    stop,
)
from saola.server.outreach.models import Mailing
from saola.server.places.models import Place
from saola.server.web.common.forms import Form, whole_number
from saola.server.web.common.rights import needs, person, province_of

SHOWN = 100
SAMPLE = 10  # of the people it goes to


class MailingForm(Form):
    """What to say to whom."""

    audience = forms.ChoiceField(label=_("Gửi cho"), choices=Mailing.Audience.choices)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Xã, phường"), required=False, empty_label=_("cả tỉnh")
    )
    way = forms.ChoiceField(label=_("Bằng"), choices=Mailing.Way.choices)
    subject = forms.CharField(label=_("Tiêu đề"), max_length=160)
    text = forms.CharField(
        label=_("Nội dung"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, province: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.queryset = Place.objects.communes().filter(province_code=province).order_by("folded")


@needs(Permission.OUTREACH_LEAD)
def mailings(request: HttpRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    province = province_of(request, Permission.OUTREACH_LEAD)
    form = MailingForm(province, request.POST if request.method == "POST" else None)
    by = person(request)
    if form.is_valid():
        made = form.carry_out(lambda: draft(form.cleaned_data, province, by=by))
        if made is not None:
            return redirect("desk:mailing", made.pk)
    context = {"rows": Mailing.objects.filter(province_code=province)[:SHOWN], "form": form}
    return render(
        request, "desk/telling/mailings.html", context, status=400 if form.errors else 200
    )


@needs(Permission.OUTREACH_LEAD)
def mailing(request: HttpRequest, pk: int) -> HttpResponse:
    """Count and confirm it; watch it go; stop it; the log of each person."""
    found = get_object_or_404(Mailing, pk=pk)
    if not can(request.user, Permission.OUTREACH_LEAD, found):
        raise Http404
    if request.method == "POST":
        by = person(request)
        try:
            if "stop" in request.POST:
                stop(found, by=by)
            else:
                confirm(found, whole_number(request.POST.get("count", "")), by=by)
                messages.success(request, _("Đã bắt đầu gửi."))
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("desk:mailing", pk)
    people = recipients(found) if found.state == Mailing.State.DRAFT else {}
    context = {
        "mailing": found,
        "count": len(people),
        "as_sent": as_sent(found),
        "sample": [user or address for address, user in list(people.items())[:SAMPLE]],
        "progress": progress(found),
        "page": Paginator(
            found.deliveries.select_related("user").order_by("fault", "pk"), SHOWN
        ).get_page(request.GET.get("trang")),
        "query": "",
        "quiet": quiet(timezone.now()),
    }
    return render(request, "desk/telling/mailing.html", context)
