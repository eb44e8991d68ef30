"""Giving roles."""

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import Grant, User
from saola.server.accounts.roles import ALL
from saola.server.journal.record import record


@transaction.atomic
def grant(user: User, role: str, scope: str, *, by: User | None = None) -> Grant:
    """Give a role or duty in a scope; a second time changes nothing. Rights of the giver are
    asked by the caller: a seat is given with its council, a role by the administrator."""
    kind = scope.partition(":")[0]
    wanted = ALL[role].scope
    if kind != {"commune": "place", "province": "place"}.get(wanted, wanted):
        raise Refused("Phạm vi không hợp với vai trò này.", field="scope")
    made, new = Grant.objects.get_or_create(
        user=user, role=role, scope=scope, defaults={"granted_by": by}
    )
    if new:
        record("grant", f"user:{user.pk}", {"role": role, "scope": scope}, by=by)
    return made
