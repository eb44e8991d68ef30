"""The way of a product to the next star as the advisers see it, with their word on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.places.office import code_of
from saola.server.products.models import Product
from saola.server.targets.paths import comment, levels, ways
from saola.server.targets.sheets import last_sheet
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person


class CommentForm(Form):
    """A word of the advisory team."""

    text = forms.CharField(
        label=_("Ý kiến Tổ tư vấn"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@needs(Permission.DESK_USE)
def way(request: HttpRequest, pk: int) -> HttpResponse:
    """Three ways, words on them, and a form for the advisory team."""
    by = person(request)
    product = get_object_or_404(Product.objects.visible_to(by), pk=pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.carry_out(lambda: comment(product, form.cleaned_data["text"], by=by))
        if said is not None:
            messages.success(request, _("Đã ghi ý kiến; chủ thể thấy trên trang của mình."))
            return redirect("desk:way", pk)
    sheet = last_sheet(product)
    context: dict[str, Any] = {
        "product": product,
        "sheet": sheet,
        "form": form if can(by, Permission.ADVISE, product) else None,
        "comments": product.path_comments.select_related("by"),
        "illustrative": product.illustrative,
    }
    if sheet is not None:
        found, source = ways(sheet, code_of(product.place))
        context |= {"ways": found, "source": source, "levels": levels(sheet)}
        context["total"] = sum(sheet.points.values())
    return render(request, "desk/planning/way.html", context, status=400 if form.errors else 200)
