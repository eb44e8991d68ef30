"""The GS1-conformant resolver, as plain WSGI callables before Django's own: no session, no
middleware, links from the local index."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signals

from saola.gs1.identifiers import BadGs1
from saola.gs1.resolution import (
    ASKED,
    HEADERS,
    LINKSET,
    Answer,
    Link,
    answer,
    description,
    levels,
    options,
    problem,
    read,
)
from saola.server.traceability.index import INDEX, from_database, ready_answer

WELL_KNOWN = "/.well-known/gs1resolver"
IS_LINK = re.compile(r"/(?:0[01]|25[35]|4\d\d|80\d\d)/").match
# most codes: a GTIN, perhaps a lot, perhaps a serial, of characters that are never escaped
PLAIN = re.compile(
    r"(/01/(\d{14}))((?:/10/[A-Za-z0-9_-]{1,20})?(?:/21/[A-Za-z0-9_-]{1,20})?)/?"
).fullmatch
SAFE = "/:@!$&'()*+,;=-._~"  # stands in a path as it is
REASONS = {200: "OK", 204: "No Content", 300: "Multiple Choices", 307: "Temporary Redirect",
           400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}  # fmt: skip
Start = Callable[..., Any]


class Resolver:
    """Links from an index; `beyond` knows goods that are newer than it."""

    def __init__(self, index: Any, beyond: Callable[[list[str]], list[Link]]) -> None:
        self.index, self.beyond = index, beyond

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """One request."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        found = PLAIN(path)
        if (
            found
            and not query
            and environ["REQUEST_METHOD"] == "GET"
            and LINKSET not in environ.get("HTTP_ACCEPT", "")
        ):
            ready = self._ready(found[1], found[3])
            if ready:
                whole = found[1] + found[3]
                all_links = f"{settings.BASE_URL}{whole}?linkType=linkset"
                link = f'<{all_links}>; rel="linkset"; type="{LINKSET}"'
                start_response(
                    "307 Temporary Redirect",
                    [*HEADERS, ("Link", link), ("Location", ready.replace(ASKED, whole))],
                )
                return [b""]
        return _sent(self._answered(environ, path, query), environ, start_response)

    def _ready(self, anchor: str, behind: str) -> str:
        """The address for a plain request, where nothing else can decide; "" where it can."""
        try:
            if behind and any(self.index.of(anchor + behind[:end]) for end in _ends(behind)):
                return ""
            return ready_answer(self.index.of(anchor))
        except Exception:  # the index is dead: the slow way asks the database
            return ""

    def _answered(self, environ: dict[str, Any], path: str, query: str) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return options()
        if method not in ("GET", "HEAD"):
            return Answer(405, (*HEADERS, ("Allow", "GET, HEAD, OPTIONS")))
        if path == WELL_KNOWN:
            name = f"Saola – OCOP {settings.OCOP['province_name']}"
            told = json.dumps(description(name, settings.BASE_URL), ensure_ascii=False)
            return Answer(200, (*HEADERS, ("Content-Type", "application/json")), told.encode())
        sent = path.encode("latin-1", "replace").decode("utf-8", "replace")
        try:
            link = read(environ.get("RAW_URI", "").partition("?")[0] or quote(sent, safe=SAFE))
        except BadGs1 as fault:
            return problem(400, str(fault))
        names = {"accept": "HTTP_ACCEPT", "accept-language": "HTTP_ACCEPT_LANGUAGE"}
        headers = {name: environ.get(key, "") for name, key in names.items()}
        signals.request_started.send(sender=Resolver, environ=environ)  # for the database's sake
        try:
            order = levels(link)
            # goods newer than this machine's index are known to the database
            links = self.index.links(order) or self.beyond(order)
            return answer(link, query, headers, links, settings.BASE_URL)
        finally:
            signals.request_finished.send(sender=Resolver)


def _ends(behind: str) -> list[int]:
    """Where the levels below the GTIN end: "/10/A/21/B" has two."""
    second = behind.find("/21/", 1)
    return [len(behind)] if second < 1 else [second, len(behind)]


def _sent(found: Answer, environ: dict[str, Any], start_response: Start) -> list[bytes]:
    headers = [*found.headers, ("Content-Length", str(len(found.body)))]
    start_response(f"{found.status} {REASONS[found.status]}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else found.body]


application = Resolver(INDEX, from_database)
