"""The one question of rights: may this person do this on that record?"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission

COUNTRY = "country:vn"


class Scoped(Protocol):
    """A record that says in which scopes it lies."""

    def scopes(self) -> set[str]:
        """Such as {"producer:7", "place:03868", "place:14", "country:vn"}."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes, or no with the reason."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Answer(True)


def can(user: Any, permission: Permission | str, on: Scoped | None = None) -> Answer:
    """Whether one of the person's grants has the permission in a scope of the record; without a
    record: whether in any scope at all."""
    if not user.is_authenticated or not user.is_active:
        return Answer(False, _("Bạn cần đăng nhập."))
    scopes = user.scopes_for(Permission(permission))
    if not scopes:
        return Answer(False, _("Vai trò của bạn không có quyền làm việc này."))
    if on is not None and scopes.isdisjoint(on.scopes()):
        return Answer(False, _("Việc này không thuộc địa bàn hoặc phạm vi của bạn."))
    return YES


def require(user: Any, permission: Permission | str, on: Scoped | None = None) -> None:
    """Raise Refused with the reason when `can` says no."""
    answer = can(user, permission, on)
    if not answer:
        raise Refused(str(answer.reason))


def ids_in(scopes: set[str], kind: str) -> list[str]:
    """The ids of one kind of scope: {"place:14", "producer:7"}, "place" → ["14"]."""
    return sorted(s.removeprefix(f"{kind}:") for s in scopes if s.startswith(f"{kind}:"))
