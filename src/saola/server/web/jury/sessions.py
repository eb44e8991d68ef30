"""Sessions of the person's councils; opening and closing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils import actions
from saola.server.councils.models import Council, Session
from saola.server.councils.presence import lacks_quorum, may_preside
from saola.server.councils.queries import agenda, own_sheets
from saola.server.web.common.rights import needs, person


def visible_session(request: HttpRequest, pk: int) -> Session:
    """A session the person may see; otherwise not found."""
    rows = Session.objects.visible_to(request.user).select_related("council")
    return get_object_or_404(rows, pk=pk)


@needs(Permission.SESSION_VIEW)
def sessions(request: HttpRequest) -> HttpResponse:
    """All sessions the person may see."""
    rows = list(Session.objects.visible_to(request.user).select_related("council"))
    councils = [
        council
        for council in Council.objects.all()
        if can(request.user, Permission.SESSION_PREPARE, council)
    ]
    context = {
        "rows": rows,
        "councils": councils,
        "illustrative": any(row.illustrative for row in rows),
    }
    return render(request, "jury/sessions.html", context)


@needs(Permission.SESSION_VIEW)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Agenda with one's own progress; the chair opens and closes."""
    found = visible_session(request, pk)
    if request.method == "POST":
        if "open" in request.POST:
            actions.open_session(found, by=person(request))
            messages.success(request, "Đã khai mạc phiên họp.")
        elif "close" in request.POST:
            actions.close_session(found, by=person(request))
            messages.success(request, "Đã bế mạc phiên họp.")
        return redirect("jury:session", pk)
    own = own_sheets(found, request.user)
    seated = found.council.members.filter(user=request.user.pk, left_at=None).exists()
    items = agenda(found, request.user)
    context = {
        "session": found,
        "rows": [{"item": item, "own": own.get(item.pk)} for item in items],
        "seated": seated,
        "present": found.attendance.filter(present=True).count(),
        "members": found.attendance.count(),
        "conducts": may_preside(found, person(request)),
        "prepares": can(request.user, Permission.SESSION_PREPARE, found),
        "lacking": lacks_quorum(found),
        "illustrative": found.illustrative,
    }
    return render(request, "jury/session.html", context)
