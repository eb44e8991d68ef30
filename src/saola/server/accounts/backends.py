"""Who may sign in, and what is remembered of where from."""

import hashlib
import hmac
import ipaddress
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone


class Accounts(ModelBackend):
    """Accounts with a password; those of the demonstration only in the demonstration."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and not a demonstration account on a real site."""
        real = not user.is_demo or settings.MODE != "production"
        return real and super().user_can_authenticate(user)


def told_by_proxy(environ: dict[str, Any], setting: str) -> str:
    """The header that a setting names; "" where it names none."""
    name = settings.OCOP[setting].upper().replace("-", "_")
    return str(environ.get(f"HTTP_{name}", "")) if name else ""


def visitor(environ: dict[str, Any]) -> str:
    """The address that the proxy in front saw, where the settings name its header; its last entry,
    for the others are the visitor's own words."""
    told = told_by_proxy(environ, "visitor_header")
    return told.rpartition(",")[2].strip() or str(environ.get("REMOTE_ADDR", ""))


def _line(address: str) -> str:
    """The line somebody comes by: of IPv6 the first half, for one home has all the rest."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def pseudonym(request: HttpRequest) -> str:
    """A made-up address that stands for the visitor's own for one day, so that failures to sign
    in can be counted without keeping where people are."""
    real = _line(visitor(request.META))
    told = f"{timezone.localdate()} {real}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).digest()
    return str(ipaddress.IPv6Address(b"\xfd" + digest[:15]))
