"""Growing areas, trade items, lots, the producer's log, links of the resolver."""

import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from saola.epcis.farm import ACTS
from saola.gs1.internal import is_internal
from saola.gs1.link import build
from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product

KILOGRAM = "KGM"
UNITS = [(KILOGRAM, _("kg")), ("LTR", _("lít")), ("", _("cái, gói, hộp"))]


class GrowingArea(models.Model):
    """A plot or area where raw material grows, with its code and its certificate."""

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="areas")
    name = models.CharField("tên vùng trồng", max_length=120)
    code = models.CharField("mã số vùng trồng", max_length=40, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True)
    shape: Any = models.JSONField(null=True, blank=True)  # GeoJSON Point or Polygon, WGS 84
    hectares = models.DecimalField("diện tích (ha)", max_digits=9, decimal_places=4, null=True)
    species = models.CharField("tên khoa học của cây", max_length=120, blank=True)
    certificate = models.CharField("chứng nhận", max_length=80, blank=True)  # VietGAP, hữu cơ …
    certificate_number = models.CharField("số chứng nhận", max_length=80, blank=True)
    certificate_until = models.DateField("chứng nhận có hiệu lực đến", null=True, blank=True)
    certificate_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "name"], name="area_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.producer.scopes()

    @property
    def address(self) -> str:
        """How events name it."""
        return f"{settings.BASE_URL}/noi/v{self.pk}"


class TradeItem(models.Model):
    """Goods of one kind under one number: raw material, bulk goods, or a product's pack."""

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="items")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    name = models.CharField("tên hàng", max_length=120)
    gtin = models.CharField("mã GTIN", max_length=14, unique=True)
    unit = models.CharField("đơn vị tính", max_length=3, choices=UNITS, blank=True)
    net_kg = models.DecimalField(
        "khối lượng tịnh một đơn vị (kg)", max_digits=9, decimal_places=4, null=True, blank=True
    )
    shelf_life_days = models.PositiveIntegerField("hạn dùng (ngày)", null=True, blank=True)
    brand = models.CharField("thương hiệu, nhãn hiệu", max_length=120, blank=True)
    standards = models.CharField("tiêu chuẩn công bố áp dụng", max_length=300, blank=True)
    warnings = models.CharField("cảnh báo an toàn", max_length=300, blank=True)
    markets = models.CharField("địa bàn bán", max_length=200, blank=True)  # codes of provinces

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "name"], name="trade_item_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.producer.scopes()

    @property
    def internal(self) -> bool:
        """Whether its number is good within the province only."""
        return is_internal(self.gtin)

    @property
    def path(self) -> str:
        """Of its Digital Link."""
        return f"/01/{self.gtin}"

    def kilograms(self, quantity: Decimal) -> Decimal | None:
        """So many units in kilograms; None where nobody said what one weighs."""
        if self.unit == KILOGRAM:
            return quantity
        return None if self.net_kg is None else quantity * self.net_kg


class Lot(models.Model):
    """Goods made alike at one time. `uid` is made on the device that wrote it down first."""

    class State(models.TextChoices):
        FREE = "free", _("bình thường")
        HELD = "held", _("tạm giữ")
        RECALLED = "recalled", _("thu hồi")
        VOID = "void", _("ghi sai")  # its entry was declared wrong: there is no such lot

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    item = models.ForeignKey(TradeItem, on_delete=models.PROTECT, related_name="lots")
    code = models.CharField("số lô", max_length=20)
    key = models.BigIntegerField(unique=True)  # as events.store.key_of its canonical link
    made_at = models.DateTimeField()
    best_before = models.DateField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    area = models.ForeignKey(GrowingArea, on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.FREE)
    state_reason = models.CharField(max_length=500, blank=True)
    state_since = models.DateTimeField(null=True)
    cause = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="lot_once"),
            models.CheckConstraint(
                condition=Q(state__in=["free", "held", "recalled", "void"]),
                name="lot_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.name}, lô {self.code}"

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.item.scopes()

    @property
    def path(self) -> str:
        """Of its Digital Link."""
        return link_of(self.item.gtin, self.code, stem="https://x").removeprefix("https://x")

    @property
    def remains(self) -> Decimal:
        """What was neither used nor sent."""
        used: Decimal = self.uses.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0)
        return self.quantity - used


class Stop(models.Model):
    """An order to hold or recall a lot, with the lots that it reaches. A lot is free once none is
    in force; its own `state` is worked out from them."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="orders")
    reached = models.ManyToManyField(Lot, related_name="stops")
    state = models.CharField(max_length=10, choices=Lot.State)
    reason = models.CharField(max_length=500)
    by_office = models.BooleanField()  # only an office lifts what an office ordered
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


def link_of(gtin: str, lot: str, *, stem: str = "") -> str:
    """The Digital Link of a lot, at this installation."""
    return build([("01", gtin), ("10", lot)], stem or settings.BASE_URL)


class Entry(models.Model):
    """One line of a producer's log. Names of people stay here and never enter an event."""

    uid = models.UUIDField(primary_key=True)  # made on the device, so that a replay is known
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="log")
    act = models.CharField(max_length=10, choices=[(act, act) for act in ACTS])
    at = models.DateTimeField()
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="entries")
    area = models.ForeignKey(GrowingArea, on_delete=models.PROTECT, null=True)
    partner = models.CharField(max_length=200, blank=True)  # bought from, sold to
    partner_producer = models.ForeignKey(
        Producer, on_delete=models.PROTECT, null=True, related_name="+"
    )
    document = models.CharField(max_length=80, blank=True)  # number of an invoice or note
    waste_kg = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    note = models.CharField(max_length=500, blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    seq = models.BigIntegerField()  # its event
    wrong_at = models.DateTimeField(null=True)  # declared in error
    wrong_why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-received_at"]

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.producer.scopes()


class Use(models.Model):
    """So much of a lot went into an entry."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="uses")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "lot"], name="use_once")]


class ItemLink(models.Model):
    """A link that the resolver offers for goods or a lot of them, beside the scan page."""

    item = models.ForeignKey(TradeItem, on_delete=models.CASCADE, related_name="links")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, null=True, related_name="links")
    kind = models.CharField(max_length=40)  # name in the GS1 web vocabulary: "instructions"
    href = models.URLField(max_length=400)
    title = models.CharField(max_length=120)
    language = models.CharField(max_length=5, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "lot", "kind", "language", "href"], name="item_link_once"
            )
        ]
