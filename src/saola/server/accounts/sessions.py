"""Where a person is signed in: each place by what the browser says of itself, to be ended from any
other."""

import re

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from saola.server.accounts.models import SignedIn, User
from saola.server.journal.record import record

# what a browser says of itself, coarse: a version would only make people guess
BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
UNKNOWN = "thiết bị chưa rõ"


def device(agent: str) -> str:
    """ "Chrome, Android"; no number, no address."""
    named = (
        next((name for sign, name in table if re.search(re.escape(sign), agent)), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in named if name) or UNKNOWN


def began(user: User, session_key: str, agent: str) -> None:
    """A sign-in, once for each session."""
    SignedIn.objects.update_or_create(
        session_key=session_key, defaults={"user": user, "device": device(agent)}
    )


def open_ones(user: User) -> list[SignedIn]:
    """Those that are still good, the newest first; what is over is forgotten."""
    rows = SignedIn.objects.filter(user=user)
    alive = set(
        Session.objects.filter(
            session_key__in=rows.values("session_key"), expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    rows.exclude(session_key__in=alive).delete()
    return list(rows.order_by("-began_at"))


@transaction.atomic
def end(user: User, pks: list[int]) -> int:
    """Sign these places of the person out; how many there were."""
    rows = SignedIn.objects.filter(user=user, pk__in=pks)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    if keys:
        record("end_sessions", f"user:{user.pk}", {"count": len(keys)}, by=user)
    return len(keys)
