"""Links to shops on the net, tried once a week: over TLS, to the public net only, not followed."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from saola.server.events.webhooks import BadAddress, Failed, check_address, look
from saola.server.market.models import Channel

WEEK = timedelta(days=7)
AT_ONCE = 50  # in one run
MOVED = range(300, 400)


def check(channel: Channel) -> bool:
    """Try one link and keep what came of it; whether it opens. A link that leads on is taken as
    open: where it leads is not looked at, so that none can lead us round or inside."""
    fault = ""
    try:
        check_address(channel.url)
        status = look(channel.url)
        if not (200 <= status < 300 or status in MOVED):
            fault = f"trang trả lời mã {status}"
    except BadAddress:
        fault = "địa chỉ không phải trang web công khai (https)"
    except Failed as failed:
        fault = f"không mở được: {failed}"[:200]
    channel.checked_at, channel.fault = timezone.now(), fault
    channel.save(update_fields=["checked_at", "fault"])
    return not fault


def check_due() -> int:
    """Try the links whose week is over; how many were tried."""
    due = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - WEEK)
    rows = Channel.objects.filter(due, ended_at=None).exclude(url="").order_by("pk")
    tried = list(rows[:AT_ONCE])
    for channel in tried:
        check(channel)
    return len(tried)
