"""Where a producer's goods are registered: systems of traceability, codes, proofs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.exchange.actions import register, systems
from saola.server.exchange.models import Registration
from saola.server.products.models import Producer
from saola.server.traceability.models import TradeItem
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trace.log import loggers


class RegistrationForm(Form):
    """With which system, under which code, since when."""

    item = forms.ModelChoiceField(TradeItem.objects.none(), label=_("Hàng"), empty_label=None)
    system = forms.ChoiceField(label=_("Hệ thống"))
    code = forms.CharField(label=_("Mã đăng ký"), max_length=80)
    registered_on = DateField(label=_("Ngày đăng ký"))
    evidence = forms.FileField(label=_("Giấy xác nhận, ảnh màn hình"), required=False)

    def __init__(self, producer: Producer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reg-%s", **kwargs)
        self.fields["item"].queryset = producer.items.order_by("name")  # type: ignore[attr-defined]
        self.fields["system"].choices = list(systems().items())  # type: ignore[attr-defined]


@needs(Permission.TRACE_LOG)
def registrations(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the producer's goods are registered."""
    producer = get_object_or_404(loggers(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = RegistrationForm(producer, posted, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        facts = (data["item"], data["system"], data["code"], data["registered_on"])
        upload = data["evidence"]
        if form.carry_out(lambda: register(*facts, by=person(request), upload=upload)):
            messages.success(request, _("Đã ghi."))
            return redirect("portal:registrations", producer.pk)
    rows = Registration.objects.filter(item__producer=producer).select_related("item")
    names = systems()
    context = {
        "producer": producer,
        "form": form,
        "rows": [(row, names.get(row.system, row.system)) for row in rows],
        "illustrative": producer.illustrative,
    }
    failed = bool(form.errors)
    return render(
        request, "portal/trace/registrations.html", context, status=400 if failed else 200
    )


@needs(Permission.TRACE_LOG)
def registration_file(request: HttpRequest, pk: int) -> FileResponse:
    """The proof of a registration."""
    rows = Registration.objects.filter(item__producer__in=loggers(request))
    found = get_object_or_404(rows, pk=pk, evidence__isnull=False)
    assert found.evidence is not None  # asked for
    return file_response(found.evidence)
