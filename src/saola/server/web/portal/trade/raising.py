"""The way to the next star as the producer sees it: three ways, steps ticked off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.places.office import code_of
from saola.server.targets.models import StepDone
from saola.server.targets.paths import levels, tick, untick, ways
from saola.server.targets.sheets import last_sheet
from saola.server.web.common.forms import whole_number
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trade.selling import own_product


@needs(Permission.TRADE_KEEP)
def raising(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the product stands and how it gets one star more."""
    product = own_product(request, pk)
    by = person(request)
    if request.method == "POST":
        try:
            if "untick" in request.POST:
                untick(product, whole_number(request.POST["untick"]), by=by)
            else:
                points = whole_number(request.POST.get("points", ""))
                tick(product, request.POST.get("criterion", ""), points, by=by)
            messages.success(request, _("Đã ghi."))
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("portal:raising", pk)
    sheet = last_sheet(product)
    context: dict[str, Any] = {"product": product, "sheet": sheet}
    context["illustrative"] = product.illustrative
    context["comments"] = product.path_comments.select_related("by")
    if sheet is not None:
        found, source = ways(sheet, code_of(product.place))
        context |= {
            "ways": found,
            "source": source,
            "levels": levels(sheet),
            "total": sum(sheet.points.values()),
            "done": StepDone.objects.filter(product=product, sheet_id=sheet.criteria_set.id),
        }
    return render(request, "portal/trade/raising.html", context)
