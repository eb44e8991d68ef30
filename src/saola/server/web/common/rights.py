"""`@needs`: a page that asks for a permission before anything else."""

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
from saola.server.accounts.rights import Scoped, can

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
