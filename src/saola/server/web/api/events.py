"""Reading events: by question, by id, under a resource, under a named query."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from saola.epcis import NotEpcis, query_document, xml_document
from saola.epcis.documents import STANDARD
from saola.epcis.queries import BadQuery, Query, read_query
from saola.epcis.translation import FORMS, translated
from saola.server.events.models import Access
from saola.server.events.search import Page, Spaced, search
from saola.server.web.api.answers import Problem, wants_xml
from saola.server.web.api.paging import Pages

FORM = "GS1-EPC-Format"
FORMATS = ("No_Preference", "Never_Translates", *FORMS)
SINGLE = {"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"}


def asked(request: HttpRequest, more: Mapping[str, Any] | None = None) -> Query:
    """The question of an address; values of one parameter come repeated or with | between them."""
    given: dict[str, Any] = {}
    for name, values in request.GET.lists():
        if name in ("perPage", "nextPageToken"):
            continue
        split = [part for value in values for part in value.split("|")]
        given[name] = values[-1] if name in SINGLE else split
    try:
        return read_query(given | dict(more or {}), spaces_of(request))
    except BadQuery as fault:
        raise Problem("QueryParameterException", str(fault)) from None


def spaces_of(request: HttpRequest) -> dict[str, str]:
    """Prefixes that the question uses: `GS1-Extensions: vn=https://…, …`, and the standard's."""
    spaces = dict(STANDARD)
    for pair in request.headers.get("GS1-Extensions", "").split(","):
        prefix, equals, space = pair.strip().partition("=")
        if equals:
            spaces[prefix] = space
    return spaces


def form_of(request: HttpRequest) -> str:
    """How things are to be named; "" as they were captured."""
    form = request.headers.get(FORM, "No_Preference")
    if form not in FORMATS:
        raise Problem("NotAcceptableException", f"{FORM}: one of {', '.join(FORMATS)}")
    return form if form in FORMS else ""


def answered(request: HttpRequest, query: Query, access: Access | None, name: str) -> HttpResponse:
    """One page of what the question finds."""
    xml = wants_xml(request, possible=True)
    pages = Pages(request, access)
    form = form_of(request)
    gone, after = pages.after or (0, None)
    size = pages.size
    if query.most is not None:
        _not_more(query, access)
    if query.limit is not None:
        size = min(size, query.limit - gone)
    page = search(query, access, size, after) if size > 0 else Page([], None)
    gone += len(page.events)
    more = [gone, page.after] if page.after else None
    if query.limit is not None and gone >= query.limit:
        more = None
    answer = written(page.events, name, xml=xml, form=form)
    return pages.linked(answer, more)


def _not_more(query: Query, access: Access | None) -> None:
    assert query.most is not None  # asked for by the caller
    page = search(query, access, query.most + 1)
    if len(page.events) > query.most or page.after:
        raise Problem("QueryTooLargeException", f"more than {query.most} events")


def written(events: list[Spaced], name: str, *, xml: bool, form: str = "") -> HttpResponse:
    """Events as a query document."""
    now = timezone.now().isoformat(timespec="milliseconds")
    if form:
        events = [(translated(event, form), spaces) for event, spaces in events]
    if xml:
        try:
            content = xml_document(events, now, name)
        except NotEpcis as fault:
            raise Problem("NotAcceptableException", str(fault)) from None
        answer = HttpResponse(content, content_type="application/xml")
    else:
        content = query_document((msgspec.json.encode(event) for event, _ in events), name, now)
        answer = HttpResponse(content, content_type="application/json")
    if form:
        answer[FORM] = form
    return answer


def found(request: HttpRequest, access: Access | None) -> HttpResponse:
    """GET /events."""
    return answered(request, asked(request), access, "SimpleEventQuery")


def by_id(request: HttpRequest, access: Access | None, event_id: str) -> HttpResponse:
    """GET /events/{id}: the event, and declarations of an error in it."""
    query = read_query({"EQ_eventID": [event_id]}, STANDARD)
    page = search(query, access, 100)
    if not page.events:
        raise Problem("NoSuchResourceException", "no such event, or not for this token")
    xml = wants_xml(request, possible=True)
    return written(page.events, "SimpleEventQuery", xml=xml, form=form_of(request))


UNDER = {
    "eventTypes": "eventType",
    "epcs": "MATCH_anyEPC",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
}


def under(request: HttpRequest, access: Access | None, kind: str, value: str) -> HttpResponse:
    """GET /{resource}/{value}/events."""
    query = asked(request, {UNDER[kind]: [value]})
    return answered(request, query, access, "SimpleEventQuery")
