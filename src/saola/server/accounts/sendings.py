"""How often a connection may send something without an account; one count for all processes."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import Sending

KEPT = timedelta(days=1)
T = TypeVar("T")


@transaction.atomic
def counted(key: str, most: int, act: Callable[[], T]) -> T:
    """Do the act and count it; Refused beyond `most` in the hour. What is refused counts as
    nothing."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    row, _ = Sending.objects.select_for_update().get_or_create(key=key[:80], hour=hour)
    if row.count >= most:
        raise Refused("Bạn đã gửi nhiều lần trong một giờ. Hãy gửi tiếp sau.")
    done = act()
    Sending.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return done


def forget() -> int:
    """Drop the counts of days that are over; how many."""
    return Sending.objects.filter(hour__lt=timezone.now() - KEPT).delete()[0]
