"""Subscriptions to a named query: told by webhook, by schedule or as events come."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from saola.epcis.queries import read_query
from saola.epcis.schedule import BadSchedule, read_schedule
from saola.server.events.models import Access, NamedQuery, Subscription
from saola.server.events.subscriptions import subscribe
from saola.server.events.webhooks import BadAddress, check_address
from saola.server.web.api.answers import Problem, json_answer
from saola.server.web.api.capture import body_of
from saola.server.web.api.events import form_of
from saola.server.web.api.paging import Pages
from saola.server.web.api.resources import LARGEST, named

MOST = 20  # subscriptions of one token
MOST_SECRET = 500  # characters
NOT_HERE = "a query with {} cannot be subscribed to"


def listed(request: HttpRequest, access: Access | None, name: str) -> HttpResponse:
    """GET /queries/{name}/subscriptions."""
    query = named(access, name)
    pages = Pages(request, access)
    rows = query.subscriptions.order_by("pk")
    if pages.after:
        rows = rows.filter(pk__gt=pages.after)
    found = list(rows[: pages.size])
    more = str(found[-1].pk) if len(found) == pages.size else None
    return pages.linked(json_answer([_told(row) for row in found]), more)


def _told(row: Subscription) -> dict[str, Any]:
    """Without the secret."""
    told: dict[str, Any] = {
        "subscriptionID": str(row.pk),
        "dest": row.dest,
        "createdAt": timezone.localtime(row.created_at).isoformat(),
        "reportIfEmpty": row.report_if_empty,
    }
    if row.last_notified_at:
        told["lastNotifiedAt"] = timezone.localtime(row.last_notified_at).isoformat()
    return told | ({"stream": True} if row.stream else {"schedule": row.schedule})


def make(request: HttpRequest, access: Access | None, name: str) -> HttpResponse:
    """POST /queries/{name}/subscriptions: 201 with its address."""
    query = named(access, name)
    given = _given(request)
    _subscribable(query)
    if Subscription.objects.filter(query__access=query.access_id).count() >= MOST:
        raise Problem("SubscriptionControlsException", f"at most {MOST} for one token")
    schedule = given.get("schedule")
    if (given.get("stream") is True) == (schedule is not None):
        raise Problem("SubscriptionControlsException", "either stream: true or a schedule")
    secret = given.get("signatureToken", "")
    if not isinstance(secret, str) or len(secret) > MOST_SECRET or "\x00" in secret:
        raise Problem("ValidationException", "signatureToken: a text of at most 500 characters")
    try:
        check_address(str(given.get("dest", "")))
        if schedule is not None:
            read_schedule(schedule).after(timezone.localtime())
    except (BadAddress, BadSchedule) as fault:
        raise Problem("SubscriptionControlsException", str(fault)) from None
    row = subscribe(
        query,
        given["dest"],
        secret=secret,
        schedule=schedule,
        report_if_empty=given.get("reportIfEmpty") is True,
        since=_since(given.get("initialRecordTime")),
        form=form_of(request),
    )
    answer = json_answer(_told(row), 201)
    answer["Location"] = request.build_absolute_uri(f"/epcis/queries/{name}/subscriptions/{row.pk}")
    return answer


def _given(request: HttpRequest) -> dict[str, Any]:
    with body_of(request, LARGEST) as file:
        content = file.read()
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Problem("ValidationException", str(fault)) from None
    if not isinstance(told, dict):
        raise Problem("ValidationException", "an object is expected")
    return told


def _subscribable(query: NamedQuery) -> None:
    """What orders or cuts a result means nothing where events come one after the other."""
    asked = read_query(query.asked, query.spaces)
    if asked.order or asked.limit is not None or asked.most is not None:
        raise Problem(
            "SubscriptionControlsException",
            NOT_HERE.format("orderBy, eventCountLimit or maxEventCount"),
        )


def _since(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - has no zone, so that it is refused
    if moment.tzinfo is None:
        raise Problem("ValidationException", "initialRecordTime: a time with its zone")
    return moment


def _found(access: Access | None, name: str, pk: str) -> Subscription:
    try:
        row = named(access, name).subscriptions.filter(pk=uuid.UUID(pk)).first()
    except ValueError:
        row = None
    if row is None:
        raise Problem("NoSuchResourceException", "no such subscription")
    return row


def one(_request: HttpRequest, access: Access | None, name: str, pk: str) -> HttpResponse:
    """GET /queries/{name}/subscriptions/{id}."""
    return json_answer(_told(_found(access, name, pk)))


def end(_request: HttpRequest, access: Access | None, name: str, pk: str) -> HttpResponse:
    """DELETE /queries/{name}/subscriptions/{id}."""
    _found(access, name, pk).delete()
    return HttpResponse(status=204)
