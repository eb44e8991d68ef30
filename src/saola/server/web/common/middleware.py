"""A refused act that no view answered becomes a page with the reason, status 409; whoever acts for
another person is that person in a request, but for the person's own doors."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts import acting


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


OPEN_WHILE_ACTING = ("account:home", "account:sign-out", "account:appearance", "account:language")
DOORS = ("account:", "account_", "mfa_", "socialaccount_", "openid_connect_")


class ActingFor:
    """Puts the person who is acted for in the request; keys, messages and places signed in stay
    shut, for they are the person's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = request.user
        request.user = SimpleLazyObject(lambda: acting.whoever(request.session, own))  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_told: Any) -> None:
        """Refuse the person's own doors."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        door = name.startswith(DOORS) and name not in OPEN_WHILE_ACTING
        if door and getattr(request.user, "acted_by", None) is not None:
            raise PermissionDenied(_("Trang này là của riêng người đó. Hãy thôi làm thay trước."))
