"""Pages by opaque tokens: signed, bound to the question and to who asks, good for an hour."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.http import http_date

from saola.server.events.models import Access
from saola.server.web.api.answers import Problem

SIZE, LARGEST = 30, 1000  # events of a page
HOUR = 3600
SALT = "epcis-page"


class Pages:
    """Where this request's page begins (`after`: what the page before gave on), how large it is."""

    def __init__(self, request: HttpRequest, access: Access | None) -> None:
        self._request = request
        query = request.GET.copy()
        token = query.pop("nextPageToken", [""])[-1]
        self._asked = query
        self._bound = sha256(
            f"{request.path}?{query.urlencode()}#{access.pk if access else ''}".encode()
        ).hexdigest()[:32]
        self.size = _size(request.GET.get("perPage", str(SIZE)))
        self.after: Any = self._read(token) if token else None

    def _read(self, token: str) -> Any:
        try:
            bound, after = signing.loads(token, salt=SALT, max_age=HOUR)
        except (signing.BadSignature, ValueError):
            raise Problem("QueryParameterException", "nextPageToken: unknown or expired") from None
        if bound != self._bound:
            raise Problem("QueryParameterException", "nextPageToken: of another question")
        return after

    def linked(self, answer: HttpResponse, more: Any) -> HttpResponse:
        """The answer with the address of the next page, where there is one."""
        if more is not None:
            token = signing.dumps([self._bound, more], salt=SALT, compress=True)
            query = [
                *((k, v) for k, vs in self._asked.lists() for v in vs),
                ("nextPageToken", token),
            ]
            address = self._request.build_absolute_uri(escape_uri_path(self._request.path))
            answer["Link"] = f'<{address}?{urlencode(query)}>; rel="next"'
            ends = timezone.now() + timedelta(seconds=HOUR)
            answer["GS1-Next-Page-Token-Expires"] = http_date(ends.timestamp())
        return answer


def _size(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= LARGEST:
        raise Problem("QueryParameterException", f"perPage: from 1 to {LARGEST}")
    return int(text)
