"""Acting for another person: with a reason, for an hour, in the journal under both names; what only
the person may do stays theirs."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.journal.record import digest, record

KEY = "acting_for"  # in the session: whom, since when
LASTS = timedelta(hours=1)
SHORTEST_REASON = 10


def begin(session: Any, by: User, person: User, reason: str) -> None:
    """From now on this session acts for the person. The caller has asked whether it may, and tells
    the person."""
    if by.acted_by is not None:
        raise Refused("Bạn đang làm thay người khác. Hãy thôi làm thay trước.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(f"Hãy ghi lý do, ít nhất {SHORTEST_REASON} ký tự.", field="reason")
    record("act_for", f"user:{person.pk}", {"reason": digest(reason.strip())}, by=by)
    session[KEY] = [person.pk, timezone.now().isoformat()]


def end(session: Any, by: User) -> None:
    """Back to oneself; nothing happens where nobody is acted for."""
    told = session.pop(KEY, None)
    if told:
        record("end_acting", f"user:{told[0]}", by=by)


def whoever(session: Any, own: Any) -> Any:
    """The person this request acts as: the one acted for, who then knows by whom, or oneself."""
    told = session.get(KEY) if own.is_authenticated else None
    if not told:
        return own
    since = parse_datetime(told[1])
    person = User.objects.filter(pk=told[0], is_active=True).first()
    over = since is None or timezone.now() - since > LASTS
    if person is None or over or not own.scopes_for(Permission.ACCOUNTS_MANAGE):
        end(session, own)
        return own
    person.acted_by = own
    return person
