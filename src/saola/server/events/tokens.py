"""Tokens of machines: made once, shown once, kept as a hash."""

import secrets
from hashlib import sha256

from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.events.models import Access
from saola.server.journal.record import record
from saola.server.products.models import Producer


def make_token(
    name: str,
    province: int,
    *,
    producer: Producer | None = None,
    may_capture: bool = False,
    public: bool = False,
    by: User | None = None,
) -> tuple[Access, str]:
    """A new token: the row, and the secret, which is not kept."""
    secret = secrets.token_urlsafe(32)
    access = Access.objects.create(
        name=name,
        digest=_digest(secret),
        producer=producer,
        province=province,
        may_capture=may_capture,
        public=public,
    )
    facts = {"producer": access.producer_id, "may_capture": may_capture, "public": public}
    record("make_token", f"access:{access.pk}", facts, by=by)
    return access, secret


def end_token(access: Access, *, by: User | None = None) -> None:
    """From now on it opens nothing."""
    access.ended_at = timezone.now()
    access.save(update_fields=["ended_at"])
    record("end_token", f"access:{access.pk}", by=by)


def access_of(secret: str) -> Access | None:
    """Whose token this is; None where it is nobody's, or was ended."""
    return Access.objects.filter(digest=_digest(secret), ended_at=None).first()


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
