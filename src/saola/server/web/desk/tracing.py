"""The office's look at lots and labels: finding, holding, recalling; alarms; codes checked."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.gs1.identifiers import BadGs1
from saola.gs1.link import parse
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, can, ids_in
from saola.server.labels import lookup
from saola.server.labels.models import Alarm
from saola.server.labels.watching import mark_looked
from saola.server.places.models import Place
from saola.server.products.models import Producer
from saola.server.traceability.lineage import lineage
from saola.server.traceability.models import Lot
from saola.server.web.common.forms import clean
from saola.server.web.common.rights import needs, person
from saola.server.web.common.stopping import StopForm
from saola.vietnamese.folding import fold

SHOWN = 100


def _producers(request: HttpRequest) -> Any:
    """Those in the person's places."""
    scopes = person(request).scopes_for(Permission.TRACE_OVERSEE)
    if COUNTRY in scopes:
        return Producer.objects.all()
    codes = ids_in(scopes, "place")
    return Producer.objects.filter(
        Q(place__in=Place.objects.seen_by(codes)) | Q(place__province_code__in=codes)
    )


@needs(Permission.TRACE_OVERSEE)
def lots(request: HttpRequest) -> HttpResponse:
    """Lots by code or name; those that are stopped first; alarms."""
    text = clean(request.GET.get("tim", ""))[:100]
    producers = _producers(request)
    rows = Lot.objects.filter(item__producer__in=producers).select_related("item__producer")
    if text:
        words = fold(text).split()
        named = Q()
        for word in words:
            named &= Q(item__producer__folded__contains=word) | Q(
                item__product__folded__contains=word
            )
        rows = rows.filter(Q(code__iexact=text) | Q(item__gtin=text.zfill(14)) | named)
    else:
        rows = rows.exclude(state=Lot.State.FREE)
    alarms = Alarm.objects.filter(seen__roll__item__producer__in=producers, looked_at=None)
    shown = list(rows[:SHOWN])
    context = {
        "rows": shown,
        "illustrative": any(row.item.producer.illustrative for row in shown),
        "text": text,
        "code": clean(request.GET.get("ma", ""))[:300],
        "look": _looked(request),
        "alarms": alarms.select_related("seen__roll__item__producer")[:SHOWN],
    }
    return render(request, "desk/lots.html", context)


def _looked(request: HttpRequest) -> dict[str, Any] | None:
    """What a code in the hand of an inspector says; nothing is counted as a buyer's scan."""
    text = clean(request.GET.get("ma", "")).strip()[:300]
    if not text:
        return None
    try:
        link = parse(
            text if "://" in text else f"https://ma{text if text[:1] == '/' else '/' + text}"
        )
    except BadGs1 as fault:
        return {"fault": str(fault)}
    values, today = dict(link.elements), timezone.localdate()
    gtin = values.get("01", "")
    look = lookup.look(gtin, values.get("10", ""), values.get("21", ""), today)
    lots = Lot.objects.filter(pk=look.lot).select_related("item__producer") if look.lot else []
    lot = next(iter(lots), None)
    mine = lot is not None and can(request.user, Permission.TRACE_OVERSEE, lot)
    return {"look": look, "lot": lot, "mine": mine, "number": look.place + 1}


@needs(Permission.TRACE_OVERSEE)
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: its tree, its stops."""
    rows = Lot.objects.select_related("item__producer", "area", "cause__item")
    found = get_object_or_404(rows, pk=pk)
    if not can(request.user, Permission.TRACE_OVERSEE, found):
        raise Http404
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.done_to(found, by=person(request)) is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:lot", found.pk)
    context = {
        "lot": found,
        "tree": lineage(found),
        "stop": form,
        "illustrative": found.item.producer.illustrative,
    }
    return render(request, "desk/lot.html", context, status=400 if form.errors else 200)


@needs(Permission.TRACE_OVERSEE)
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looked at an alarm."""
    rows = Alarm.objects.filter(seen__roll__item__producer__in=_producers(request))
    found = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        mark_looked(found, clean(request.POST.get("remark", "")), by=person(request))
        messages.success(request, _("Đã ghi là đã xem."))
    return redirect("desk:lots")
