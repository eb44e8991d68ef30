"""Lots of a producer: tree, balance, labels; holding, recalling, exporting."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.exchange.ports import ports
from saola.server.labels.rolls import balance_of
from saola.server.traceability.goods import LINK_KINDS, add_link
from saola.server.traceability.lineage import lineage
from saola.server.traceability.models import Lot
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person
from saola.server.web.common.stopping import StopForm
from saola.server.web.portal.trace.log import loggers


class LinkForm(Form):
    """A link beside the page of the code."""

    kind = forms.ChoiceField(label=_("Loại đường dẫn"), choices=list(LINK_KINDS.items()))
    href = forms.URLField(label=_("Địa chỉ (https)"), max_length=400, assume_scheme="https")
    title = forms.CharField(label=_("Tên hiện cho người mua"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="link-%s", **kwargs)


def own_lot(request: HttpRequest, pk: int) -> Lot:
    """A lot of a producer whose log the person writes."""
    rows = Lot.objects.select_related("item__producer", "item__product", "area", "cause__item")
    found = rows.filter(pk=pk, item__producer__in=loggers(request)).first()
    if found is None:
        raise Http404
    return found


@needs(Permission.TRACE_LOG)
def export(request: HttpRequest, pk: int, port: str) -> HttpResponse:
    """A lot in a form that others ask for."""
    found, made = own_lot(request, pk), ports().get(port)
    if made is None:
        raise Http404
    answer = HttpResponse(made.make(found), content_type=made.media)
    name = f"lo-{found.pk}-{port}.{made.suffix}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(Permission.TRACE_LOG)
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: its tree both ways, its balance, its labels; holding and recalling it."""
    found = own_lot(request, pk)
    posted = request.POST if request.method == "POST" else None
    which = request.POST.get("form", "")
    stop = StopForm(posted if which == "stop" else None)
    link = LinkForm(posted if which == "link" else None)
    by = person(request)
    done: Any = None
    if stop.is_valid():
        done = stop.done_to(found, by=by)
    elif link.is_valid():
        facts = link.cleaned_data
        done = link.carry_out(lambda: add_link(found.item, facts, by=by, lot=found) or True)
    if done is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("portal:lot", found.pk)
    context = {
        "lot": found,
        "tree": lineage(found),
        "labels": balance_of(found),
        "rolls": found.rolls.all(),
        "stop": stop,
        "link": link,
        "links": found.links.all(),
        "ports": [(key, port.title) for key, port in ports().items()],
        "illustrative": found.item.producer.illustrative,
    }
    failed = stop.errors or link.errors
    return render(request, "portal/trace/lot.html", context, status=400 if failed else 200)
