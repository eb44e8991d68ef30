"""Answers of the EPCIS binding: headers that every answer has, problems as RFC 7807."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

VERSION = "2.0.0"
HEADERS = {
    "GS1-EPCIS-Version": VERSION,
    "GS1-EPCIS-Min": VERSION,
    "GS1-EPCIS-Max": VERSION,
    "GS1-CBV-Version": VERSION,
    "GS1-CBV-Min": VERSION,
    "GS1-CBV-Max": VERSION,
    "GS1-Vendor-Version": "saola",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Location, GS1-Next-Page-Token-Expires",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STATUS = {
    "ValidationException": 400,
    "QueryParameterException": 400,
    "SecurityException": 401,
    "ForbiddenException": 403,
    "NoSuchResourceException": 404,
    "NoSuchNameException": 404,
    "NotAcceptableException": 406,
    "ResourceAlreadyExistsException": 409,
    "CaptureLimitExceededException": 413,
    "QueryTooLargeException": 413,
    "URITooLongException": 414,
    "UnsupportedMediaTypeException": 415,
    "SubscriptionControlsException": 400,
    "ImplementationException": 500,
    "NotImplementedException": 501,
}
# what the contract calls them, where it has one name for several
TITLES = {
    "ForbiddenException": "SecurityException",
    "NoSuchResourceException": "NoSuchNameException",
    "NotImplementedException": "ImplementationException",
}


class Problem(Exception):
    """An answer that ends the request: one of the standard's exceptions, and why."""

    def __init__(self, kind: str, detail: str, *, errors: list[dict[str, Any]] | None = None):
        self.kind, self.detail, self.errors = kind, detail, errors
        super().__init__(detail)

    @property
    def answer(self) -> HttpResponse:
        """As RFC 7807 has it."""
        name = TITLES.get(self.kind, self.kind)
        told: dict[str, Any] = {
            "type": f"epcisException:{name}",
            "title": name,
            "status": STATUS[self.kind],
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = self.errors
        answer = json_answer(told, STATUS[self.kind], "application/problem+json")
        if self.kind == "SecurityException":
            answer["WWW-Authenticate"] = 'Bearer realm="EPCIS"'
        return answer


def json_answer(data: Any, status: int = 200, kind: str = "application/json") -> HttpResponse:
    """Data as JSON."""
    return HttpResponse(json.dumps(data, ensure_ascii=False), content_type=kind, status=status)


def wants_xml(request: HttpRequest, *, possible: bool) -> bool:
    """Whether XML is asked for; Problem where neither is."""
    accepted = [
        part.split(";")[0].strip() for part in request.headers.get("Accept", "*/*").split(",")
    ]
    for kind in accepted:
        if kind in ("*/*", "application/*", "application/json", "application/ld+json", ""):
            return False
        if possible and kind in ("application/xml", "text/xml"):
            return True
    raise Problem("NotAcceptableException", "application/json or application/ld+json")
