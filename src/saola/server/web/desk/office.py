"""The journal, and people with their roles."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.roles import ALL
from saola.server.journal.models import Entry
from saola.server.web.common.forms import clean
from saola.server.web.common.rights import needs


@needs(Permission.JOURNAL_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Acts, newest first; by wish of one record."""
    rows = Entry.objects.order_by("-number")
    subject = clean(request.GET.get("ve", ""))[:60]
    if subject:
        rows = rows.filter(subject=subject)
    page = Paginator(rows, 50).get_page(request.GET.get("trang"))
    return render(
        request, "desk/journal.html", {"page": page, "subject": subject, "query": f"ve={subject}"}
    )


@needs(Permission.ACCOUNTS_MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """Accounts with roles, and what each role may do."""
    users = User.objects.prefetch_related("grants").order_by("username")
    rows = [
        {
            "user": user,
            "grants": [{"role": ALL[g.role].name, "scope": g.scope} for g in user.grants.all()],
        }
        for user in users
    ]
    return render(request, "desk/people.html", {"rows": rows, "roles": ALL.values()})
