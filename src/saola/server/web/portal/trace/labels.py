"""Labels of a producer: ordered, printed, activated, spoiled."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from saola.server.accounts.permissions import Permission
from saola.server.labels import rolls, tasks
from saola.server.labels.models import Alarm, Roll
from saola.server.labels.printing import QUIET, SHEETS
from saola.server.labels.prints import order_print
from saola.server.labels.sheets import lot_pdf, roll_csv
from saola.server.products.models import Producer
from saola.server.traceability.models import Lot, TradeItem
from saola.server.web.common.forms import Form, whole_number
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trace.log import loggers
from saola.server.web.portal.trace.lots import own_lot
from saola.server.works import progress

CARRIERS = {
    "qr": _("mã QR (mở được bằng điện thoại)"),
    "datamatrix": _("DataMatrix, cùng đường dẫn"),
    "gs1-datamatrix": _("GS1 DataMatrix (máy quét chuyên dụng)"),
    "gs1-qr": _("GS1 QR (máy quét chuyên dụng)"),
}
assert CARRIERS.keys() == QUIET.keys()


class OrderForm(Form):
    """How many, for what."""

    uid = forms.UUIDField(widget=forms.HiddenInput())
    item = forms.ModelChoiceField(TradeItem.objects.none(), label=_("Hàng"), empty_label=None)
    lot = forms.ModelChoiceField(
        Lot.objects.none(),
        label=_("Lô"),
        required=False,
        empty_label=_("chưa biết, chọn khi kích hoạt"),
    )
    count = forms.IntegerField(label=_("Số tem"), min_value=1, max_value=rolls.MOST)

    def __init__(self, producer: Producer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = producer.items.order_by("name")  # type: ignore[attr-defined]
        lots = Lot.objects.filter(item__producer=producer, state=Lot.State.FREE)
        self.fields["lot"].queryset = lots.select_related("item")  # type: ignore[attr-defined]


@needs(Permission.TRACE_LOG)
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """The producer's rolls, and a form for one more."""
    producer = get_object_or_404(loggers(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    lot = request.GET.get("lo", "")
    initial: dict[str, Any] = {"uid": uuid.uuid4(), "lot": lot if lot.isdecimal() else None}
    if lot.isdecimal() and (found := Lot.objects.filter(pk=int(lot)).first()):
        initial["item"] = found.item_id
    form = OrderForm(producer, posted, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(
            lambda: rolls.reserve(
                data["item"], data["count"], data["uid"], by=person(request), lot=data["lot"]
            )
        )
        if made:
            return redirect("portal:roll", made.pk)
    rows = Roll.objects.filter(item__producer=producer).select_related("item", "lot")[:200]
    context = {
        "producer": producer,
        "form": form,
        "rows": rows,
        "alarms": Alarm.objects.filter(
            seen__roll__item__producer=producer, looked_at=None
        ).select_related("seen__roll__item")[:50],
        "illustrative": producer.illustrative,
    }
    failed = bool(form.errors)
    return render(request, "portal/trace/labels.html", context, status=400 if failed else 200)


def own_roll(request: HttpRequest, pk: int) -> Roll:
    """A roll of a producer whose labels the person orders."""
    rows = Roll.objects.select_related("item__producer", "lot__item")
    found = rows.filter(pk=pk, item__producer__in=loggers(request)).first()
    if found is None:
        raise Http404
    return found


class PrintForm(Form):
    """On which paper, in which code."""

    sheet = forms.ChoiceField(
        label=_("Khổ tem"), choices=[(key, sheet.name) for key, sheet in SHEETS.items()]
    )
    carrier = forms.ChoiceField(label=_("Loại mã"), choices=list(CARRIERS.items()))
    skip = forms.IntegerField(
        label=_("Bỏ qua mấy ô đầu tờ"), min_value=0, max_value=64, initial=0, required=False
    )


class ActivateForm(Form):
    """The lot they are stuck on."""

    lot = forms.ModelChoiceField(Lot.objects.none(), label=_("Lô được dán"), empty_label=None)

    def __init__(self, roll: Roll, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lots = roll.item.lots.filter(state=Lot.State.FREE)
        self.fields["lot"].queryset = (  # type: ignore[attr-defined]
            lots.filter(pk=roll.lot_id) if roll.lot_id else lots
        )


class SpoilForm(Form):
    """Which, and why."""

    first = forms.IntegerField(label=_("Từ tem thứ"), min_value=1)
    count = forms.IntegerField(label=_("Số tem hỏng"), min_value=1)
    reason = forms.CharField(label=_("Lý do"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="spoil-%s", **kwargs)


@needs(Permission.TRACE_LOG)
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """One roll, and what can be done with it."""
    found = own_roll(request, pk)
    which = request.POST.get("form", "") if request.method == "POST" else ""
    sheets: dict[str, Form] = {
        "print": PrintForm(request.POST if which == "print" else None),
        "activate": ActivateForm(found, request.POST if which == "activate" else None),
        "spoil": SpoilForm(request.POST if which == "spoil" else None),
    }
    if which == "stop":
        wanted = whole_number(request.POST.get("print", ""))
        if found.prints.filter(pk=wanted, file=None).exists() and progress.stop(f"print-{wanted}"):
            messages.success(request, _("Đã yêu cầu dừng."))
        return redirect("portal:roll", found.pk)
    form = sheets.get(which)
    if form is not None and form.is_valid():
        done = form.carry_out(lambda: _done(found, which, form.cleaned_data, person(request)))
        if done:
            return redirect("portal:roll", found.pk)
    prints = list(found.prints.order_by("-pk")[:10])
    context = {
        "roll": found,
        "forms": sheets,
        "prints": prints,
        "waiting": any(one.file_id is None and not one.fault for one in prints),
        "spoiled": found.spoiled.order_by("first"),
        "illustrative": found.item.producer.illustrative,
    }
    failed = bool(form and form.errors)
    return render(request, "portal/trace/roll.html", context, status=400 if failed else 200)


def _done(found: Roll, which: str, data: dict[str, Any], by: Any) -> Any:
    if which == "print":
        row = order_print(found, data["sheet"], data["carrier"], data["skip"] or 0, by=by)
        if row.file_id is None:
            tasks.make_print.enqueue(row.pk)
        return row
    if which == "activate":
        return rolls.activate(found, data["lot"], by=by)
    return rolls.spoil(found, data["first"], data["count"], data["reason"], by=by)


@require_POST
@needs(Permission.TRACE_LOG)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """A roll that will not be used."""
    rolls.void(own_roll(request, pk), by=person(request))
    messages.success(request, _("Đã hủy cuộn tem."))
    return redirect("portal:roll", pk)


@needs(Permission.TRACE_LOG)
def roll_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The serials for a print shop."""
    found = rolls.printed(own_roll(request, pk), by=person(request))
    answer = StreamingHttpResponse(roll_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tem-{found.pk}.csv"'
    return answer


@needs(Permission.TRACE_LOG)
def print_file(request: HttpRequest, pk: int, print_pk: int) -> FileResponse:
    """A finished PDF."""
    row = get_object_or_404(own_roll(request, pk).prints, pk=print_pk, file__isnull=False)
    assert row.file is not None  # asked for
    return file_response(row.file)


@needs(Permission.TRACE_LOG)
def lot_code(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet with the lot's static code."""
    found = own_lot(request, pk)
    name = request.GET.get("kho", "a4-24")
    sheet = SHEETS.get(name)
    if sheet is None:
        raise Http404
    answer = HttpResponse(
        lot_pdf(found, name, sheet.across * sheet.down), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="lo-{timezone.localdate()}.pdf"'
    return answer
