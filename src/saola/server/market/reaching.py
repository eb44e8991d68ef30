"""Telling a producer: those who keep its books, else its e-mail; and who can be told in neither
way."""

from django.db.models import QuerySet

from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, ids_in, require
from saola.server.accounts.roles import ALL
from saola.server.notices.actions import tell, write_to
from saola.server.products.models import Producer, Product


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


def may_follow(by: User, product: Product) -> None:
    """Raises where the person neither keeps the producer's books, nor oversees trade while the
    producer can be told in no way: then the office goes on with its enquiries."""
    if product.producer_id and silent().filter(pk=product.producer_id).exists():
        if not can(by, Permission.TRADE_KEEP, product):
            require(by, Permission.TRADE_OVERSEE, product)
        return
    require(by, Permission.TRADE_KEEP, product)
