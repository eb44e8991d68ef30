"""Links to shops on the net, tried once a week: over TLS, to the public net only."""

from datetime import timedelta
from urllib.parse import urljoin

from django.db.models import Q
from django.utils import timezone

from saola.server.events.webhooks import BadAddress, Failed, check_address, look
from saola.server.market.models import Channel

WEEK = timedelta(days=7)
AT_ONCE = 50  # in one run
HOPS = 4  # a shop may lead on a few times


def check(channel: Channel) -> bool:
    """Try one link and keep what came of it; whether it opens."""
    fault = _fault(channel.url)
    channel.checked_at, channel.fault = timezone.now(), fault
    channel.save(update_fields=["checked_at", "fault"])
    return not fault


def _fault(url: str) -> str:
    """Why it does not open, "" where it does. Where it leads is checked anew each time, so that
    none can lead us inside; one that leads on and on does not open."""
    try:
        for _ in range(HOPS):
            check_address(url)
            status, leads = look(url)
            if 200 <= status < 300:
                return ""
            if not (300 <= status < 400 and leads):
                return f"trang trả lời mã {status}"
            url = urljoin(url, leads)
    except BadAddress:
        return "địa chỉ không phải trang web công khai (https)"
    except (Failed, ValueError) as failed:
        return f"không mở được: {failed}"[:200]
    return "trang dẫn vòng, không tới nơi"


def check_due() -> int:
    """Try the links whose week is over; how many were tried."""
    due = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - WEEK)
    rows = Channel.objects.filter(due, ended_at=None).exclude(url="").order_by("pk")
    tried = list(rows[:AT_ONCE])
    for channel in tried:
        check(channel)
    return len(tried)
