"""Samples on the council's table: numbers, labels with QR, who has arrived."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from saola.server.accounts.permissions import Permission
from saola.server.councils import agenda as agendas
from saola.server.councils import blanks
from saola.server.councils.models import Session
from saola.server.councils.queries import agenda
from saola.server.web.common.rights import needs, person, visible_or_404


def _session(request: HttpRequest, pk: int) -> Session:
    """A session whose preparation is this person's; otherwise not found."""
    return visible_or_404(request, Session, Permission.SESSION_PREPARE, pk)


@needs(Permission.SESSION_PREPARE)
def samples(request: HttpRequest, pk: int) -> HttpResponse:
    """All samples of the session; the numbers are given here."""
    session = _session(request, pk)
    if request.method == "POST":
        given = agendas.number_samples(session, by=person(request))
        messages.success(request, f"Đã cấp {given} số mẫu.")
        return redirect("desk:table", pk)
    items = [item for item in agenda(session) if item.dossier.criteria_set.sample_units]
    context = {
        "session": session,
        "items": items,
        "arrived": sum(item.sample_in_at is not None for item in items),
        "illustrative": session.illustrative,
    }
    return render(request, "desk/table.html", context)


@needs(Permission.SESSION_PREPARE)
def sample(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What the QR of a sample opens: check it in."""
    session = _session(request, pk)
    if request.method == "POST":
        agendas.sample_arrived(session, number, by=person(request))
        messages.success(request, f"Đã nhận mẫu số {number}.")
        return redirect("desk:table", pk)
    item = session.items.filter(sample_number=number).select_related("dossier__product").first()
    context = {
        "session": session,
        "item": item,
        "number": number,
        "illustrative": session.illustrative,
    }
    return render(request, "desk/table_sample.html", context, status=200 if item else 404)


@needs(Permission.SESSION_PREPARE)
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """Labels to stick on the samples: the number, large, and its QR."""
    session = _session(request, pk)
    numbered = [item for item in agenda(session) if item.sample_number is not None]
    rows = [
        (
            item.sample_number or 0,
            settings.BASE_URL + reverse("desk:table-sample", args=[pk, item.sample_number]),
        )
        for item in numbered
    ]
    content = blanks.sample_labels(session, rows)
    return HttpResponse(content, content_type="application/pdf")
