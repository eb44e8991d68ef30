"""How often one connection may send something without an account."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from saola.lifecycle.machine import Refused
from saola.server.accounts.backends import pseudonym

AN_HOUR = 3600


def counted(request: HttpRequest, what: str, most: int) -> Callable[[Callable[[], Any]], Any]:
    """Runs an act and counts it; Refused beyond `most` in an hour. The connection is known by a
    token that changes daily, never by its address."""

    def run(act: Callable[[], Any]) -> Any:
        key = f"{what}:{pseudonym(request)}"
        cache.add(key, 0, AN_HOUR)
        if cache.get(key, 0) >= most:
            raise Refused("Bạn đã gửi nhiều lần trong một giờ. Hãy gửi tiếp sau.")
        done = act()
        try:
            cache.incr(key)
        except ValueError:  # the hour ended meanwhile
            cache.set(key, 1, AN_HOUR)
        return done

    return run
