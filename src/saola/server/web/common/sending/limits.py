"""How often one connection may send something without an account."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from saola.server.accounts import sendings
from saola.server.accounts.backends import pseudonym


def counted(request: HttpRequest, what: str, most: int) -> Callable[[Callable[[], Any]], Any]:
    """Runs an act and counts it; Refused beyond `most` in an hour. The connection is known by a
    token that changes daily, never by its address."""
    return lambda act: sendings.counted(f"{what}:{pseudonym(request)}", most, act)
