"""Months of sales from a shop's own machine: POST with a token of the producer."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from saola.lifecycle.machine import Refused
from saola.server.events.tokens import access_of
from saola.server.market.keeping import report_by_machine
from saola.server.market.models import Channel

LARGEST = 64 * 1024
Count = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """One month of one channel; the channel by its number, as the producer's page shows it."""

    channel: Annotated[int, msgspec.Meta(ge=1, lt=2**62)]
    month: str  # "2026-11"
    orders: Count
    revenue: Annotated[int, msgspec.Meta(ge=0, lt=10**15)]  # đồng
    returns: Count = 0
    reviews: Count = 0


# no cookie is read: the token in the header is all that opens it
@csrf_exempt
@login_not_required
@require_POST
def sale(request: HttpRequest) -> JsonResponse:
    """Keep the month; told again it is replaced. 401 without a token, 400 with the reason."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    access = access_of(secret.strip()) if scheme == "Bearer" and secret else None
    if access is None:
        answer = _fault(401, "a token is needed: Authorization: Bearer …")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    try:
        told, month = _read(request.body[: LARGEST + 1])
        channel = Channel.objects.get(pk=told.channel, ended_at=None)
        facts = {
            "orders": told.orders,
            "revenue": Decimal(told.revenue),
            "returns": told.returns,
            "reviews": told.reviews,
        }
        report_by_machine(channel, month, facts, access)
    except Channel.DoesNotExist:
        return _fault(404, "no such channel")
    except PermissionDenied as denied:
        return _fault(403, str(denied))
    except Refused as refused:
        return _fault(400, refused.reason)
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        return _fault(400, str(fault)[:200])
    return JsonResponse({"kept": f"{month:%Y-%m}"})


def _read(body: bytes) -> tuple[Told, date]:
    told = msgspec.json.decode(body, type=Told)
    return told, date.fromisoformat(f"{told.month}-01")


def _fault(status: int, reason: str) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)
