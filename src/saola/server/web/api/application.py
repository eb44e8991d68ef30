"""The REST binding of EPCIS 2.0 under /epcis/, as a plain WSGI callable before Django's own: no
session, no page, no middleware; tokens instead. WebSocket is not offered (the server is WSGI)."""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from django.core import signals
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from saola.server.events.models import Access
from saola.server.events.tokens import access_of
from saola.server.web.api import capture, events, resources, subscriptions
from saola.server.web.api.answers import HEADERS, Problem

PREFIX = "/epcis"
LONGEST = 8000  # characters of an address
View = Callable[..., HttpResponse]
KINDS = "|".join(resources.KINDS)
ROUTES: tuple[tuple[re.Pattern[str], dict[str, View]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), views)
    for pattern, views in (
        (r"/?", {"GET": resources.root}),
        (r"/capture", {"GET": capture.jobs, "POST": capture.start}),
        (r"/capture/([^/]+)", {"GET": capture.job}),
        (r"/events", {"GET": events.found, "POST": capture.one}),
        (r"/events/(.+)", {"GET": events.by_id}),
        (rf"/({KINDS})", {"GET": resources.known}),
        (rf"/({KINDS})/(.+)/events", {"GET": events.under}),
        (rf"/({KINDS})/(.+)", {"GET": resources.one}),
        (r"/queries", {"GET": resources.queries, "POST": resources.make}),
        (r"/queries/([^/]+)", {"GET": resources.query, "DELETE": resources.forget}),
        (r"/queries/([^/]+)/events", {"GET": resources.results}),
        (
            r"/queries/([^/]+)/subscriptions",
            {"GET": subscriptions.listed, "POST": subscriptions.make},
        ),
        (
            r"/queries/([^/]+)/subscriptions/([^/]+)",
            {"GET": subscriptions.one, "DELETE": subscriptions.end},
        ),
        (r"/nextPageToken/([^/]+)", {"DELETE": resources.release}),
    )
)
CAPTURE_HEADERS = {
    "GS1-EPCIS-Capture-File-Size-Limit": str(capture.LARGEST),
    "GS1-Capture-Error-Behaviour": "all",  # the contract's word for both
    "GS1-EPC-Format": events.FORMATS[0],  # as captured, unless another is asked for
}
log = logging.getLogger("saola.epcis")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request, with the care for connections that Django takes at its beginning and end."""
    signals.request_started.send(sender=application, environ=environ)
    path = _path(environ)  # before the request is made, which puts its own reading there
    request = WSGIRequest(environ)
    try:
        answer = answered(request, path)
        for name, value in HEADERS.items():
            answer.setdefault(name, value)
        status = f"{answer.status_code} {answer.reason_phrase}"
        content = answer.content if request.method != "HEAD" else b""
        if not answer.content:
            del answer["Content-Type"]
        answer["Content-Length"] = str(len(answer.content))
        start_response(status, list(answer.items()))
        return [content]
    finally:
        request.close()
        signals.request_finished.send(sender=application)


def _path(environ: dict[str, Any]) -> str:
    """The path below the prefix, decoded; an address within it has its slashes."""
    sent = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
    return sent.removeprefix(PREFIX)


def answered(request: HttpRequest, path: str) -> HttpResponse:
    """The answer of the view that the path names; a problem where there is none."""
    try:
        if len(request.get_full_path()) > LONGEST:
            raise Problem("URITooLongException", f"at most {LONGEST} characters")
        if "\x00" in unquote(request.get_full_path()) or "\x00" in path:
            raise Problem("QueryParameterException", "a character that no text has")
        views, arguments = _route(path)
        if request.method == "OPTIONS":
            return _discovered(views, path)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in views:
            return HttpResponse(status=405, headers={"Allow": _allowed(views)})
        return views[method](request, _access(request), *arguments)
    except Problem as problem:
        return problem.answer
    except SuspiciousOperation as fault:  # an unknown host, too many parameters
        return Problem("ValidationException", type(fault).__name__).answer
    except Exception as fault:
        log.exception("EPCIS request failed")
        return _failed(fault)


def _failed(fault: Exception) -> HttpResponse:
    """503 where the database is away, so that a machine tries again; else our fault."""
    if isinstance(fault, OperationalError | InterfaceError):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    return Problem("ImplementationException", "an error of this server; it is in its log").answer


def _route(path: str) -> tuple[dict[str, View], list[str]]:
    for pattern, views in ROUTES:
        found = pattern.fullmatch(path if path == "/" else path.removesuffix("/"))
        if found:
            return views, list(found.groups())
    raise Problem("NoSuchResourceException", "no such resource")


def _allowed(views: dict[str, View]) -> str:
    return ", ".join(sorted({*views, "OPTIONS", *(["HEAD"] if "GET" in views else [])}))


def _discovered(views: dict[str, View], path: str) -> HttpResponse:
    """OPTIONS: what can be done here."""
    answer = HttpResponse(status=204)
    answer["Allow"] = answer["Access-Control-Allow-Methods"] = _allowed(views)
    answer["Access-Control-Allow-Headers"] = (
        "Authorization, Content-Type, GS1-EPC-Format, GS1-Extensions, GS1-Capture-Error-Behaviour"
    )
    for name, value in CAPTURE_HEADERS.items():
        answer[name] = value
    return answer


def _access(request: HttpRequest) -> Access | None:
    """Whose token came with the request; none is fine where everybody may read."""
    told = request.headers.get("Authorization", "")
    if not told:
        return None
    kind, _, secret = told.partition(" ")
    found = access_of(secret.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise Problem("SecurityException", "this token is unknown or was ended")
    return found
