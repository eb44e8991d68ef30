"""Roles that a provider of identity gives: they come and go with its word, at each sign-in."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from saola.server.accounts.actions import SCOPES, grant, take_back
from saola.server.accounts.models import Grant, User
from saola.server.accounts.roles import ROLES

Roles = set[tuple[str, str]]
NEVER = "administrator"  # only where the settings name it for a word of the provider


def claimed(told: Mapping[str, Any], claim: str) -> Roles | None:
    """The roles with their scopes that the provider tells: "commune_officer@place:03868", or a
    word that `claim_roles` of the settings knows. What is neither is left out. None where the
    provider gives no roles at all, so that given ones stay."""
    if not claim or claim not in told:
        return None
    words = told[claim]
    found: Roles = set()
    for word in words if isinstance(words, list) else str(words).split():
        known = settings.OCOP["claim_roles"].get(word)
        role, _at, scope = str(known or word).partition("@")
        allowed = role in ROLES and (known or role != NEVER)
        if allowed and SCOPES[ROLES[role].scope].fullmatch(scope):
            found.add((role, scope))
    return found


@transaction.atomic
def keep(user: User, roles: Roles) -> None:
    """Make the roles that came by claims these; what was given by hand stays."""
    rows = Grant.objects.filter(user=user)
    before = {(row.role, row.scope): row.by_claim for row in rows}
    for role, scope in roles - set(before):
        made = grant(user, role, scope)
        made.by_claim = True
        made.save(update_fields=["by_claim"])
    for (role, scope), by_claim in before.items():
        if by_claim and (role, scope) not in roles:
            take_back(user, role, scope)
