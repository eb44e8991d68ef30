"""Trade events as the producer sees them: answer the invitation, tell what was sold."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.evidence import OPEN
from saola.server.market.fairs import answer, report_stand
from saola.server.market.models import Stand
from saola.server.products.models import Product
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trade.selling import sellers
from saola.server.web.portal.trade.trade_forms import StandForm


def _citable(found: Stand) -> list[Product]:
    """Products of the producer with a dossier that takes papers, once the result was told."""
    if found.reported_at is None:
        return []
    rows = Product.objects.filter(producer=found.producer, dossiers__state__in=OPEN)
    return list(rows.distinct())


@needs(Permission.TRADE_KEEP)
def stand(request: HttpRequest, pk: int) -> HttpResponse:
    """One invitation, from yes or no to what was sold."""
    rows = Stand.objects.filter(producer__in=sellers(request)).select_related("event", "producer")
    found = get_object_or_404(rows, pk=pk)
    by = person(request)
    said = request.POST.get("answer", "")
    if said:
        try:
            answer(found, said, by=by)
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("portal:stand", pk)
    initial = {"revenue": found.revenue, "visitors": found.visitors, "deals": found.deals}
    form = StandForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and form.carry_out(lambda: report_stand(found, form.cleaned_data, by=by)):
        messages.success(request, _("Đã báo kết quả. Cảm ơn bạn."))
        return redirect("portal:trade-home")
    context = {
        "stand": found,
        "form": form,
        "citable": _citable(found),
        "begun": found.event.starts_on <= timezone.localdate(),
        "illustrative": found.producer.illustrative,
    }
    return render(request, "portal/trade/stand.html", context, status=400 if form.errors else 200)
