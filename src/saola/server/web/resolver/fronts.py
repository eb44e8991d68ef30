"""What the main site answers machines in front, with a token of their own: what changed, what they
counted, how often a label was checked."""

import re
from collections.abc import Callable
from hmac import compare_digest
from itertools import chain

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from saola.server.labels import scans
from saola.server.labels.models import Gathered, Seen
from saola.server.web.resolver import published

NAME = re.compile(r"\d{10}-[0-9a-f]{32}")  # minute and process, as scans are written
LARGEST = 16 * 1024 * 1024  # bytes of one minute's scans
View = Callable[..., HttpResponseBase]


def for_fronts(view: View) -> View:
    """Nothing is there for whoever has not the token."""

    @csrf_exempt
    @login_not_required
    def guarded(request: HttpRequest, **told_by_path: object) -> HttpResponseBase:
        told = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not settings.FRONT_TOKEN or not compare_digest(
            told.encode(), settings.FRONT_TOKEN.encode()
        ):
            raise Http404
        return view(request, **told_by_path)

    return guarded


@for_fronts
@require_GET
def changes(request: HttpRequest) -> HttpResponseBase:
    """Entries newer than a version of a source."""
    since = request.GET.get("tu", "0")
    number = int(since) if since.isdecimal() and len(since) < 18 else 0
    lines = published.changes(published.file(), request.GET.get("nguon", ""), number)
    first = next(lines)  # asks the database, before anything is sent
    return StreamingHttpResponse(chain([first], lines), content_type="application/x-ndjson")


@for_fronts
@require_POST
def counted(request: HttpRequest, name: str) -> HttpResponse:
    """A minute's scans of a machine in front; sent again they change nothing."""
    if not NAME.fullmatch(name):
        raise Http404
    size = request.headers.get("Content-Length", "")
    if not size.isdecimal() or int(size) > LARGEST:
        return HttpResponse(status=413)
    if not Gathered.objects.filter(name=name).exists():
        scans.folder().mkdir(parents=True, exist_ok=True)
        part = scans.folder() / f".{name}"
        body = request.read()
        if len(body) != int(size):  # the line was cut: it comes again
            return HttpResponse(status=400)
        part.write_bytes(body)
        part.replace(scans.folder() / f"{name}.scans")
    return HttpResponse(status=204)


@for_fronts
@require_GET
def checked(request: HttpRequest, roll: int, place: int) -> HttpResponse:
    """How often a label was checked, and since when."""
    row = Seen.objects.filter(roll=roll, place=place).values_list("times", "first_at").first()
    times, first = row or (0, None)
    return JsonResponse({"times": times, "first_at": first and first.isoformat()})
