"""Open answers with a version: an ETag that changes with every act, every day and every outline;
licence and date told; readable from any site."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Max
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from saola.server.journal.models import Head
from saola.server.places.models import Shape

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
VERSION = "1.0"


def versioned(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 304 where nothing changed since."""

    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        drawn = Shape.objects.aggregate(at=Max("changed_at"))["at"]
        today = timezone.localdate()
        stamp = int(drawn.timestamp()) if drawn else 0
        etag = f'"{Head.objects.get(pk=1).number}-{today}-{stamp}-{VERSION}"'
        unchanged = get_conditional_response(request, etag=etag)
        answer = unchanged or view(request, *args, **kwargs)
        answer["ETag"] = etag
        answer["Access-Control-Allow-Origin"] = "*"
        answer["Link"] = f'<{LICENCE}>; rel="license"'
        answer["X-Data-Date"] = str(today)
        patch_vary_headers(answer, ["Accept-Encoding"])
        return answer

    return answered
