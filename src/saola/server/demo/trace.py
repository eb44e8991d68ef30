"""The made-up chain of one tea: a plot, leaves, dried tea, packs, a roll of labels."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.labels import rolls
from saola.server.products.models import Producer
from saola.server.recognition.models import Recognition
from saola.server.traceability.goods import add_area, add_item
from saola.server.traceability.logbook import Note, write_down
from saola.server.traceability.models import Lot, TradeItem

PACK = {
    "name": "Chè gói 100 g (minh họa)",
    "net_kg": Decimal("0.1"),
    "shelf_life_days": 540,
    "brand": "Minh Họa Tà Xùa",
    "standards": "TCCS 01:2026 (minh họa)",
}


@transaction.atomic
def load_chain() -> None:
    """Everything or nothing; a second time changes nothing."""
    if TradeItem.objects.exists():
        return
    by = User.objects.get(username="chuthe")
    held = Recognition.objects.filter(
        product__illustrative=True, published_on__isnull=False, certificate__isnull=False
    )
    product = held.select_related("product__producer").order_by("pk")[0].product
    producer = product.producer
    assert producer is not None  # the sample has one
    area = add_area(
        producer,
        {
            "name": "Nương chè số 1 (minh họa)",
            "code": "MH-14-0001",
            "hectares": Decimal("1.2"),
            "species": "Camellia sinensis",
            "certificate": "VietGAP",
            "certificate_number": "MH-VG-01",
        },
        "21.2501, 104.6002",
        by=by,
    )
    leaf, tea = (
        add_item(producer, {"name": f"{name} (minh họa)", "unit": "KGM"}, by=by)
        for name in ("Búp chè tươi", "Chè khô")
    )
    pack = add_item(producer, PACK, by=by, product=product)
    leaves = _write(producer, by, 9, act="harvest", item=leaf, quantity=Decimal(60), area=area)
    made: dict[str, Any] = {"used": [(leaves.uid, Decimal(50))], "waste_kg": Decimal(1)}
    dried = _write(producer, by, 8, act="process", item=tea, quantity=Decimal(11), **made)
    used = [(dried.uid, Decimal(10))]
    packed = _write(producer, by, 7, act="pack", item=pack, quantity=Decimal(100), used=used)
    roll = rolls.reserve(pack, 100, uuid.uuid4(), by=by, lot=packed)
    rolls.activate(rolls.printed(roll, by=by), packed, by=by)


def _write(producer: Producer, by: User, days: int, **facts: Any) -> Lot:
    at = timezone.now().replace(microsecond=0) - timedelta(days)
    entry = write_down(producer, Note(uid=uuid.uuid4(), at=at, **facts), by=by)
    assert entry.lot is not None  # only what is sent makes none
    return entry.lot
