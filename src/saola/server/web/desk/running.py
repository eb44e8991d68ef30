"""One page for the operator: how the house stands, what to do where something is wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saola.server.accounts.permissions import Permission
from saola.server.health.facts import facts
from saola.server.web.common.rights import needs


@needs(Permission.ACCOUNTS_MANAGE)
def running(request: HttpRequest) -> HttpResponse:
    """All facts, those that ask for something first."""
    rows = sorted(facts(), key=lambda fact: not fact.bad)
    return render(request, "desk/running.html", {"rows": rows, "bad": sum(r.bad for r in rows)})
