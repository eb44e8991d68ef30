"""Petitions and complaints of a producer."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.products.models import Product
from saola.server.recognition.models import Decision
from saola.server.supervision.grievances import send, take_back
from saola.server.supervision.models import Grievance
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import own_producers


class GrievanceForm(Form):
    """What is asked, about which product, against which decision."""

    kind = forms.ChoiceField(
        label=_("Gửi gì"),
        choices=[
            ("petition", _("kiến nghị: đề nghị xem lại")),
            ("complaint", _("khiếu nại một quyết định đã ký")),
        ],
    )
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Sản phẩm"), empty_label=None)
    decision = forms.ModelChoiceField(
        Decision.objects.none(),
        label=_("Quyết định bị khiếu nại"),
        required=False,
        empty_label=_("không, chỉ kiến nghị"),
    )
    text = forms.CharField(
        label=_("Nội dung"), max_length=10000, widget=forms.Textarea(attrs={"rows": 6})
    )
    token = forms.UUIDField(widget=forms.HiddenInput())

    def __init__(self, products: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: Any = self.fields["product"]
        product.queryset = products
        decision: Any = self.fields["decision"]
        decision.queryset = Decision.objects.filter(
            Q(items__dossier__product__in=products)
            | Q(revocations__product__in=products)
            | Q(withdrawals__product__in=products)
        ).distinct()
        decision.label_from_instance = lambda row: f"{row.number}, {row.signed_on:%d/%m/%Y}"


@needs(Permission.DOSSIER_FILE)
def grievances(request: HttpRequest) -> HttpResponse:
    """What was sent with its answer, and a form for one more."""
    products = Product.objects.filter(producer__in=own_producers(request)).order_by("folded")
    posted = request.POST if request.method == "POST" else None
    initial = {"token": uuid.uuid4(), "product": request.GET.get("san-pham")}
    form = GrievanceForm(products, posted, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        done = form.carry_out(
            lambda: send(
                data["kind"],
                data["product"],
                data["text"],
                data["token"],
                by=person(request),
                decision=data["decision"],
            )
        )
        if done:
            messages.success(request, _("Đã gửi. Trả lời sẽ hiện ở trang này và trong thông báo."))
            return redirect("portal:grievances")
    rows = Grievance.objects.filter(sender=person(request)).select_related("product", "decision")
    context = {"form": form, "rows": rows, "illustrative": any(p.illustrative for p in products)}
    return render(request, "portal/grievances.html", context, status=400 if form.errors else 200)


@needs(Permission.DOSSIER_FILE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one back before it is answered."""
    if request.method == "POST":
        found = get_object_or_404(Grievance.objects.filter(sender=person(request)), pk=pk)
        take_back(found, by=person(request))
        messages.success(request, _("Đã rút."))
    return redirect("portal:grievances")
