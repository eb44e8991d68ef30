"""Trade events of the office: plan, invite by fit, look at results."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.lists.writing import plain
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, can, ids_in
from saola.server.market.fairs import invite, number_stands, plan_event
from saola.server.market.matching import fit_for
from saola.server.market.models import TradeEvent
from saola.server.market.queries import event_result
from saola.server.market.reaching import silent
from saola.server.places.models import Place
from saola.server.products.models import Producer
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.forms import Count, DateField, Form, whole_number
from saola.server.web.common.rights import needs, person, province_of, provinces_in
from saola.server.web.desk.trading.sets import group_choices


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
    groups = forms.TypedMultipleChoiceField(
        label=_("Bộ sản phẩm (để trống là tất cả)"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    seats = Count(label=_("Số gian hàng"), min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = group_choices()  # type: ignore[attr-defined]


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
    context = {"rows": _events(request)[:100], "form": form, "may_plan": bool(province)}
    return render(request, "desk/trading/events.html", context, status=400 if form.errors else 200)


def _events(request: HttpRequest) -> Any:
    """Those of the person's province, or of the province of the person's commune."""
    scopes = person(request).scopes_for(Permission.TRADE_OVERSEE)
    if COUNTRY in scopes:
        return TradeEvent.objects.all()
    return TradeEvent.objects.filter(province_code__in=provinces_in(scopes))


def _visible(request: HttpRequest, pk: int) -> tuple[TradeEvent, Any]:
    """The event, and its stands as far as the person's places go."""
    found = get_object_or_404(_events(request), pk=pk)
    stands = found.stands.select_related("producer__place")
    scopes = person(request).scopes_for(Permission.TRADE_OVERSEE)
    if COUNTRY in scopes or f"place:{found.province_code}" in scopes:
        return found, stands
    return found, stands.filter(producer__place__in=Place.objects.seen_by(ids_in(scopes, "place")))


@needs(Permission.TRADE_OVERSEE)
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: who fits and why, who comes, what was sold."""
    found, seen = _visible(request, pk)
    by = person(request)
    if "numbers" in request.POST:
        names = [name for name in request.POST if name.startswith("so-")]
        told = {whole_number(name[3:]): request.POST[name] for name in names}
        number_stands(found, told, by=by)
        return redirect("desk:event", pk)
    if request.method == "POST":
        chosen = [whole_number(i) for i in request.POST.getlist("producer")]
        try:
            count = invite(found, list(Producer.objects.filter(pk__in=chosen)), by=by)
            messages.success(request, _("Đã mời %(n)s chủ thể.") % {"n": count})
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("desk:event", pk)
    there = set(found.stands.values_list("producer", flat=True))
    fits = [
        fit
        for fit in fit_for(found, timezone.localdate())
        if fit.thing.product.producer_id not in there
    ]
    context = {
        "event": found,
        "stands": seen,
        "fits": fits,
        "silent": set(silent().filter(stands__event=found).values_list("pk", flat=True)),
        "result": event_result(found),
        "may_invite": bool(can(by, Permission.TRADE_OVERSEE, found)),
    }
    return render(request, "desk/trading/event.html", context)


STANDS = ("chủ thể", "xã, phường", "số gian", "trả lời", "bán được (đồng)", "khách", "thỏa thuận")


@needs(Permission.TRADE_OVERSEE)
def event_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The list of stands with their results."""
    found, seen = _visible(request, pk)
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
        for stand in seen
    )
    return table_response(f"gian-hang-{pk}", kind, found.name[:31], STANDS, rows)
