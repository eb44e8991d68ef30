"""What the web server calls: machines' paths and scanned codes first, the rest is Django's."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saola.server.config.settings")
pages = get_wsgi_application()

from django.db import InterfaceError, OperationalError  # noqa: E402

from saola.server.config.watching import report_errors, traced  # noqa: E402
from saola.server.health.metrics import counted  # noqa: E402 - after Django is set up
from saola.server.web.api.application import PREFIX  # noqa: E402 - after Django is set up
from saola.server.web.api.application import application as epcis  # noqa: E402
from saola.server.web.resolver.application import (  # noqa: E402
    IS_LINK,
    WELL_KNOWN,
)
from saola.server.web.resolver.application import application as resolver  # noqa: E402
from saola.server.web.resolver.page import PREFIX as SCANNED  # noqa: E402
from saola.server.web.resolver.page import application as scan_page  # noqa: E402

RESOLVER, SCAN_PAGE = counted("resolver", resolver), counted("scan", scan_page)
EPCIS, PAGES = counted("epcis", epcis), counted("", pages)


AWAY = (("Content-Type", "text/html; charset=utf-8"), ("Retry-After", "5"), ("Refresh", "5"))
TRY_AGAIN = "<!doctype html><title>Saola</title><p>Đang nối lại, trang tự thử lại sau 5 giây."


def _answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request."""
    path = environ.get("PATH_INFO", "")
    if not path.isascii():
        path = environ["PATH_INFO"] = _as_bytes(path)
    if IS_LINK(path) or path == WELL_KNOWN or path.startswith(f"{SCANNED}/"):
        scanned = SCAN_PAGE if path.startswith(f"{SCANNED}/") else RESOLVER
        try:
            return scanned(environ, start_response)
        except (OperationalError, InterfaceError):
            start_response("503 Service Unavailable", [*AWAY])
            return [TRY_AGAIN.encode()]
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        return EPCIS(environ, start_response)
    return PAGES(environ, start_response)


report_errors()
application = traced(_answered)


def _as_bytes(path: str) -> str:
    """A path as WSGI wants it, its bytes as characters: this server hands on the text itself."""
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return path.encode("utf-8", "replace").decode("latin-1")
    return path
