"""The criteria sets as anybody may read them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from saola.criteria import UnknownSheet, load, rulebook, sheet_ids
from saola.criteria.checks import check
from saola.criteria.load import RULEBOOKS


@login_not_required
def criteria_list(request: HttpRequest) -> HttpResponse:
    """All sets, newest decision first."""
    sets = [load(sheet_id) for sheet_id in sheet_ids()]
    books = [
        {"book": rulebook(book), "sets": [s for s in sets if s.rulebook == book]}
        for book in reversed(RULEBOOKS)
    ]
    return render(request, "public/criteria.html", {"books": books})


@login_not_required
def criteria_set(request: HttpRequest, sheet_id: str) -> HttpResponse:
    """One set in the law's own words, with the open points of its source."""
    try:
        found = load(sheet_id)
    except UnknownSheet:
        raise Http404 from None
    open_points = [f for f in check(found) if f.code != "no-zero"]
    context = {"set": found, "findings": open_points}
    return render(request, "public/criteria_set.html", context)
