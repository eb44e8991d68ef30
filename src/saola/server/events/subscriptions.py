"""Who is told of new events: query, address, what was delivered last. Delivered in the order of
capture; what was not received with 2xx comes again."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone

from saola.epcis import query_document
from saola.epcis.queries import Query, read_query
from saola.epcis.schedule import read_schedule
from saola.epcis.translation import translated
from saola.server.events.models import Event, Head, NamedQuery, Subscription
from saola.server.events.search import search
from saola.server.events.webhooks import Failed, TooLarge, send

BATCH = 500  # events of one message
MOST_MESSAGES = 10  # to one subscriber before the others have their turn
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
CLAIM = timedelta(minutes=10)  # after a kill another run may take it up
log = logging.getLogger("saola.subscriptions")
Send = Callable[[str, bytes, str], None]


def subscribe(
    query: NamedQuery,
    dest: str,
    *,
    secret: str = "",
    schedule: dict[str, Any] | None = None,
    report_if_empty: bool = False,
    since: datetime | None = None,
    form: str = "",
) -> Subscription:
    """A subscription that begins now, or with the events recorded since a moment."""
    head = Head.objects.filter(pk=1).first()
    last = head.last if head else 0
    if since is not None:
        row = Event.objects.filter(recorded_at__gte=since).order_by("seq").first()
        last = row.seq - 1 if row else last
    now = timezone.localtime()
    return Subscription.objects.create(
        pk=uuid.uuid4(),
        query=query,
        dest=dest,
        secret=secret,
        stream=schedule is None,
        schedule=schedule or {},
        report_if_empty=report_if_empty,
        last_seq=last,
        form=form,
        due_at=now if schedule is None else read_schedule(schedule).after(now),
    )


def deliver(deliver_by: Send = send) -> int:
    """Everything that is due; how many messages went out. One that fails waits longer each time
    and holds up no other."""
    sent = 0
    now = timezone.now()
    for pk in list(Subscription.objects.filter(due_at__lte=now).values_list("pk", flat=True)):
        claimed = Subscription.objects.filter(pk=pk, due_at__lte=timezone.now())
        if claimed.update(due_at=timezone.now() + CLAIM):
            sent += _serve(
                Subscription.objects.select_related("query__access").get(pk=pk), deliver_by
            )
    return sent


def _serve(row: Subscription, deliver_by: Send) -> int:
    sent = 0
    try:
        sent = _catch_up(row, deliver_by)
    except Exception as failed:  # a fault of one must not hold up the others
        if not isinstance(failed, Failed):
            log.exception("a subscription failed")
        row.failures += 1
        wait = min(FIRST_WAIT * 2 ** min(row.failures - 1, 10), LONGEST_WAIT)
        _keep(row, due_at=timezone.now() + wait, failures=row.failures, fault=str(failed)[:200])
        return sent
    now = timezone.localtime()
    soon = row.stream or sent == MOST_MESSAGES
    due = now + timedelta(seconds=1) if soon else read_schedule(row.schedule).after(now)
    _keep(row, due_at=due, failures=0, fault="")
    return sent


def _keep(row: Subscription, **values: Any) -> None:
    Subscription.objects.filter(pk=row.pk).update(**values)


def _catch_up(row: Subscription, deliver_by: Send) -> int:
    """Message after message until nothing is left; each is remembered once it was received."""
    if row.query.access.ended_at is not None:
        return 0
    query: Query = read_query(row.query.asked, row.query.spaces)
    sent, size = 0, BATCH
    head = Head.objects.filter(pk=1).values_list("last", flat=True).first() or 0
    if head <= row.last_seq and not row.report_if_empty:
        return 0
    while sent < MOST_MESSAGES:
        page = search(query, row.query.access, size, ("", row.last_seq), until=head)
        last = page.after[1] if page.after else head
        empty = not page.events
        if not empty or (row.report_if_empty and not row.stream and not sent):
            try:
                deliver_by(row.dest, _message(row, page.events), row.secret)
            except TooLarge:
                if len(page.events) < 2:
                    raise
                size = max(1, len(page.events) // 2)
                continue
            sent += 1
            _keep(row, last_notified_at=timezone.now())
        row.last_seq = max(row.last_seq, last)
        _keep(row, last_seq=row.last_seq, due_at=timezone.now() + CLAIM)
        if page.after is None:
            return sent
    return sent


def _message(row: Subscription, events: list[Any]) -> bytes:
    if row.form:
        events = [(translated(event, row.form), spaces) for event, spaces in events]
    now = timezone.now().isoformat(timespec="milliseconds")
    bodies = (msgspec.json.encode(event) for event, _ in events)
    return query_document(bodies, row.query.name, now, subscription=str(row.pk))
