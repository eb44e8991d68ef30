"""A refused act that no view answered becomes a page with the reason, status 409."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saola.lifecycle.machine import Refused


class RefusedPage:
    """Turns `Refused` into an answer a person can read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of the reason; nothing that was stored has changed."""
        if not isinstance(exception, Refused):
            return None
        context = {"reason": exception.reason, "back": request.headers.get("referer", "/")}
        return render(request, "common/refused.html", context, status=409)
