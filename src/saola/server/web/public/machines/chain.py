"""The chain over all events of traceability, published day by day: no event before can be changed
without it showing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse

from saola.server.events.models import Seal

SHOWN = 400  # days


@login_not_required
def seals(request: HttpRequest) -> JsonResponse:
    """The last days: number of the last event, SHA-256 over the hashes of all up to it."""
    rows = [
        {"day": row.day.isoformat(), "last": row.last, "chain": bytes(row.chain).hex()}
        for row in Seal.objects.all()[:SHOWN]
    ]
    return JsonResponse({"method": "chain = SHA-256(chain before + CBV 2.0 hash)", "days": rows})
