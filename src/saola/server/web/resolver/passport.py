"""The product passport of a code as JSON: the eight items of article 32 of Decree 37/2026/NĐ-CP,
the stages, the standing."""

from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone

from saola.gs1.identifiers import BadGs1
from saola.gs1.resolution import read
from saola.server.labels import lookup
from saola.server.labels.lookup import Look
from saola.server.traceability.models import Lot, TradeItem
from saola.server.web.resolver.page import context_of


@login_not_required
def passport(request: HttpRequest, link: str) -> JsonResponse:
    """What the page shows, for machines."""
    try:
        values = dict(read(quote(f"/{link}", safe="/:@!$&'()*+,;=-._~")).elements)
    except BadGs1:
        raise Http404 from None
    today = timezone.localdate()
    gtin = values.get("01", "")
    look = lookup.look(gtin, values.get("10", ""), values.get("21", ""), today)
    rows = TradeItem.objects.select_related("producer__place", "product__photo")
    item = rows.filter(gtin=gtin).first()
    if item is None:
        raise Http404
    lots = Lot.objects.select_related("item__producer", "area__producer__place", "cause__item")
    lot = lots.filter(pk=look.lot).first() if look.lot else None
    answer = JsonResponse(_told(look, context_of(item, lot, today)))
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _told(look: Look, facts: dict[str, Any]) -> dict[str, Any]:
    found = facts["recognition"]
    return {
        "id": facts["path"],
        "standing": look.standing,
        "illustrative": facts["illustrative"],
        "items": [{"name": one.name, "value": one.value or None} for one in facts["passport"]],
        "stages": [
            {
                "title": one.title,
                "at": one.at.isoformat(),
                "place": one.place,
                "placeCode": one.place_code,
                "productCode": one.code,
            }
            for one in facts["stages"]
        ],
        "ocop": {"stars": found.stars, "validity": found.words} if found else None,
        "recall": facts["lot"].state_reason
        if facts["lot"] and facts["lot"].state == Lot.State.RECALLED
        else None,
    }
