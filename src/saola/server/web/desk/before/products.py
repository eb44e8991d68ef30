"""A product's way to quality: its improvement file, advice, and what all products lack."""

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.councils.reports.gaps import gaps as gaps_of
from saola.server.preparation.actions import advise_on, served_by
from saola.server.preparation.models import Improvement
from saola.server.products.models import Product
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.before.ideas import ADVISERS


@needs(Permission.DESK_USE)
def gaps(request: HttpRequest) -> HttpResponse:
    """Products grouped by what they lack."""
    found = gaps_of(request.user)
    context = {
        "gaps": found,
        "illustrative": any(x.dossier.illustrative for gap in found for x in gap.lacks),
    }
    return render(request, "desk/gaps.html", context)


class AdviceForm(Form):
    """What should be done, for which criteria, by whom and when."""

    text = forms.CharField(
        label=_("Nên làm gì"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    owner = forms.CharField(label=_("Ai làm"), max_length=120, required=False)
    due_on = DateField(label=_("Xong trước hết ngày"), required=False)
    criteria = forms.MultipleChoiceField(
        label=_("Cho tiêu chí"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, product: Product, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["criteria"].choices = served_by(product)  # type: ignore[attr-defined]


@needs(*ADVISERS)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """Plans, improvements and advice of one product, and a form for more advice."""
    rows = Product.objects.visible_to(request.user).select_related("producer", "place")
    found = get_object_or_404(rows, pk=pk)
    form = AdviceForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        done = form.carry_out(
            lambda: advise_on(
                found,
                data["text"],
                data["criteria"],
                by=person(request),
                owner=data["owner"],
                due_on=data["due_on"],
            )
        )
        if done:
            messages.success(request, _("Đã gửi tư vấn cho chủ thể."))
            return redirect("desk:product", pk)
    context = {
        "product": found,
        "plans": found.plans.all(),
        "improvements": found.improvements.select_related("before", "after"),
        "advice": found.advice.select_related("by"),
        "form": form,
        "illustrative": found.illustrative,
    }
    return render(request, "desk/product.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def improvement_file(request: HttpRequest, pk: int, side: str) -> FileResponse:
    """The photo before or after."""
    rows = Improvement.objects.filter(product__in=Product.objects.visible_to(request.user))
    found = get_object_or_404(rows.select_related("before", "after"), pk=pk)
    stored = {"truoc": found.before, "sau": found.after}.get(side)
    if stored is None:
        raise Http404
    return file_response(stored)
