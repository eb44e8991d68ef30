"""Telling a producer: those who keep its books, else its e-mail; and who can be told in neither
way."""

from django.db.models import QuerySet

from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.accounts.roles import ALL
from saola.server.notices.actions import tell, write_to
from saola.server.products.models import Producer


def told(producer: Producer, key: str, subject: str, body: str, *, about: str, path: str) -> bool:
    """Whether somebody was told; each message once for its key."""
    people = list(User.objects.who(Permission.TRADE_KEEP, f"producer:{producer.pk}"))
    tell(key, people, subject, body, about=about, path=path)
    if not people and producer.email:
        write_to(key, producer.email, subject, body, about=about)
    return bool(people or producer.email)


def silent() -> QuerySet[Producer]:
    """Producers with neither account nor e-mail: the office calls them."""
    roles = [key for key, role in ALL.items() if Permission.TRADE_KEEP in role.permissions]
    keepers = Grant.objects.filter(role__in=roles, user__is_active=True)
    known = [int(one) for one in ids_in(set(keepers.values_list("scope", flat=True)), "producer")]
    return Producer.objects.filter(email="").exclude(pk__in=known)
