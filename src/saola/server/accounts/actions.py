"""Giving roles."""

import re

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import Grant, User
from saola.server.accounts.roles import ALL
from saola.server.journal.record import record

SCOPES = {
    "producer": re.compile(r"producer:[1-9]\d{0,17}"),
    "commune": re.compile(r"place:\d{5}"),
    "province": re.compile(r"place:\d{2}"),
    "council": re.compile(r"council:[1-9]\d{0,17}"),
    "country": re.compile(r"country:vn"),
}


def set_email(person: User, email: str) -> None:
    """Where this person's messages go; empty for the inbox only."""
    person.email = email
    person.save(update_fields=["email"])


@transaction.atomic
def grant(user: User, role: str, scope: str, *, by: User | None = None) -> Grant:
    """Give a role or duty in a scope; a second time changes nothing. Rights of the giver are
    asked by the caller: a seat is given with its council, a role by the administrator."""
    if not SCOPES[ALL[role].scope].fullmatch(scope):
        raise Refused("Phạm vi không hợp với vai trò này.", field="scope")
    made, new = Grant.objects.get_or_create(
        user=user, role=role, scope=scope, defaults={"granted_by": by}
    )
    if new:
        record("grant", f"user:{user.pk}", {"role": role, "scope": scope}, by=by)
    return made


@transaction.atomic
def take_back(user: User, role: str, scope: str, *, by: User | None = None) -> None:
    """End a role or duty in a scope; a second time changes nothing."""
    gone, _rows = Grant.objects.filter(user=user, role=role, scope=scope).delete()
    if gone:
        record("take_back", f"user:{user.pk}", {"role": role, "scope": scope}, by=by)
