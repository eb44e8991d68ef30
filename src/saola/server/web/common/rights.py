"""`@needs`: a page that asks for a permission before anything else; in which province a person has
it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import Scoped, can, ids_in
from saola.server.places.models import Place
from saola.server.places.office import DIGITS

View = Callable[..., HttpResponseBase]
M = TypeVar("M", bound=Model)


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Refuse with 403 unless the person has one of the permissions in some scope. Which records
    they may touch is asked again with the record."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answers = [can(request.user, permission) for permission in permissions]
            if not any(answers):
                raise PermissionDenied(answers[0].reason)
            return view(request, *args, **kwargs)

        guarded.needs = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def visible_or_404(request: HttpRequest, model: type[M], permission: Permission, pk: int) -> M:
    """The record on which the person has the permission; otherwise not found."""
    found = get_object_or_404(model, pk=pk)
    if not can(request.user, permission, cast(Scoped, found)):
        raise Http404
    return found


def person(request: HttpRequest) -> User:
    """The signed-in person; pages behind sign-in have one."""
    return cast(User, request.user)


def province_of(request: HttpRequest, permission: Permission) -> str:
    """The province in which the person has the permission; "" for a commune's officer."""
    codes = ids_in(person(request).scopes_for(permission), "place")
    return next((code for code in codes if len(code) == DIGITS), "")


def provinces_in(scopes: set[str]) -> set[str]:
    """Codes of the provinces that these scopes are, or lie in."""
    codes = ids_in(scopes, "place")
    places = Place.objects.filter(code__in=codes).values_list("province_code", flat=True)
    return {*places, *(code for code in codes if len(code) == DIGITS)}
