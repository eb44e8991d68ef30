"""Trade events of the office: plan, invite by fit, look at results."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, can, ids_in
from saola.server.market.fairs import invite, plan_event
from saola.server.market.matching import fit_for
from saola.server.market.models import TradeEvent
from saola.server.market.queries import event_result
from saola.server.products.models import Producer
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.rights import needs, person
from saola.server.web.common.tables import table_response
from saola.server.web.desk.trading.market import plain

PROVINCE = 2  # digits of its code


class EventForm(Form):
    """An event of the province."""

    kind = forms.ChoiceField(label=_("Loại"), choices=TradeEvent.Kind.choices)
    name = forms.CharField(label=_("Tên sự kiện"), max_length=200)
    where = forms.CharField(label=_("Nơi tổ chức"), max_length=200)
    starts_on = DateField(label=_("Từ ngày"))
    ends_on = DateField(label=_("Đến ngày"))
    min_stars = forms.TypedChoiceField(
        label=_("Từ hạng"), coerce=int, choices=[(3, "3 sao"), (4, "4 sao"), (5, "5 sao")]
    )
    seats = forms.IntegerField(label=_("Số gian hàng"), min_value=1, required=False)


def province_of(request: HttpRequest, permission: Permission) -> str:
    """The province in which the person has the permission; "" for a commune's officer."""
    codes = ids_in(person(request).scopes_for(permission), "place")
    return next((code for code in codes if len(code) == PROVINCE), "")


@needs(Permission.TRADE_OVERSEE)
def events(request: HttpRequest) -> HttpResponse:
    """All events, and a form for one more where the person leads the province's."""
    province = province_of(request, Permission.TRADE_OVERSEE)
    form = EventForm(request.POST if request.method == "POST" else None)
    by = person(request)
    if form.is_valid():
        made = form.carry_out(lambda: plan_event(form.cleaned_data, province, by=by))
        if made is not None:
            return redirect("desk:event", made.pk)
    context = {"rows": TradeEvent.objects.all()[:100], "form": form, "may_plan": bool(province)}
    return render(request, "desk/trading/events.html", context, status=400 if form.errors else 200)


def _visible(request: HttpRequest, pk: int) -> TradeEvent:
    found = get_object_or_404(TradeEvent, pk=pk)
    scopes = person(request).scopes_for(Permission.TRADE_OVERSEE)
    if COUNTRY not in scopes and not any(
        found.province_code == code[:PROVINCE] or len(code) > PROVINCE
        for code in ids_in(scopes, "place")
    ):
        raise Http404
    return found


@needs(Permission.TRADE_OVERSEE)
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: who fits and why, who comes, what was sold."""
    found = _visible(request, pk)
    by = person(request)
    if request.method == "POST":
        chosen = [int(i) for i in request.POST.getlist("producer") if i.isdecimal()]
        try:
            count = invite(found, list(Producer.objects.filter(pk__in=chosen)), by=by)
            messages.success(request, _("Đã mời %(n)s chủ thể.") % {"n": count})
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("desk:event", pk)
    stands = list(found.stands.select_related("producer__place"))
    there = {stand.producer_id for stand in stands}
    fits = [
        fit
        for fit in fit_for(found, timezone.localdate())
        if fit.thing.product.producer_id not in there
    ]
    context = {
        "event": found,
        "stands": stands,
        "fits": fits,
        "result": event_result(found),
        "may_invite": bool(can(by, Permission.TRADE_OVERSEE, found)),
    }
    return render(request, "desk/trading/event.html", context)


STANDS = ("chủ thể", "xã, phường", "số gian", "trả lời", "bán được (đồng)", "khách", "thỏa thuận")


@needs(Permission.TRADE_OVERSEE)
def event_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The list of stands with their results."""
    found = _visible(request, pk)
    rows: Any = (
        (
            stand.producer.public_name,
            stand.producer.place.name if stand.producer.place else "",
            stand.number,
            str(stand.get_state_display()),
            plain(stand.revenue),
            stand.visitors,
            stand.deals,
        )
        for stand in found.stands.select_related("producer__place")
    )
    return table_response(f"gian-hang-{pk}", kind, found.name[:31], STANDS, rows)
