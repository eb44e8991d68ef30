"""What is offered and sought, who asked, what was agreed, sold, exported and reported."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.market.countries import country_names
from saola.server.places.owned import OfProvince
from saola.server.products.models import Producer, Product
from saola.server.sealed.field import SealedField

MONEY: dict[str, Any] = {"max_digits": 15, "decimal_places": 0}  # đồng
AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 3}


class OfProduct(models.Model):
    """A record of one product: seen by whom the product is."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT)

    class Meta:
        abstract = True

    def scopes(self) -> set[str]:
        """Its product's."""
        return self.product.scopes()


class Offer(models.Model):
    """What a producer can deliver. `capacity` holds twelve amounts, January first."""

    product = models.OneToOneField(Product, on_delete=models.PROTECT, related_name="offer")
    capacity: Any = models.JSONField(default=list)  # of decimals as text
    unit = models.CharField("đơn vị tính", max_length=20, default="kg")
    minimum = models.DecimalField("đặt hàng tối thiểu", null=True, **AMOUNT)
    price_from = models.DecimalField("giá từ (đồng)", null=True, **MONEY)
    price_to = models.DecimalField("đến (đồng)", null=True, **MONEY)
    packs = models.CharField("quy cách", max_length=200, blank=True)
    standards = models.CharField("tiêu chuẩn đang có", max_length=200, blank=True)
    markets = models.CharField("thị trường được bán", max_length=200, blank=True)
    samples = models.BooleanField("gửi được hàng mẫu", default=False)
    show_contact = models.BooleanField("cho hiện điện thoại trên trang sản phẩm", default=False)
    changed_at = models.DateTimeField(auto_now=True)

    def scopes(self) -> set[str]:
        """Its product's."""
        return self.product.scopes()

    @property
    def months(self) -> list[tuple[int, Decimal]]:
        """Months with something to deliver, and how much."""
        told = enumerate(map(Decimal, self.capacity), 1)
        return [(month, amount) for month, amount in told if amount]


class Demand(models.Model):
    """What a buyer seeks; public once an officer has looked at it, the contact never."""

    class State(models.TextChoices):
        NEW = "new", _("chờ cán bộ xem")
        OPEN = "open", _("đang tìm")
        CLOSED = "closed", _("đã đóng")

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    title = models.CharField("cần mua", max_length=200)
    buyer = models.CharField("bên mua", max_length=200)
    contact = SealedField("điện thoại hoặc thư điện tử")
    group_number = models.PositiveSmallIntegerField(null=True)
    quantity = models.DecimalField("số lượng một tháng", null=True, **AMOUNT)
    unit = models.CharField(max_length=20, default="kg")
    months: Any = models.JSONField(default=list)  # 1 to 12; empty: any
    price_to = models.DecimalField("giá cao nhất (đồng)", null=True, **MONEY)
    standards = models.CharField("tiêu chuẩn cần có", max_length=200, blank=True)
    min_stars = models.PositiveSmallIntegerField("từ hạng", null=True)
    market = models.CharField("bán lại ở đâu", max_length=100, blank=True)
    samples = models.BooleanField("cần hàng mẫu", default=False)
    until = models.DateField("tìm đến ngày", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    province_code = models.CharField(max_length=2)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "open", "closed"]), name="demand_state_is_known"
            )
        ]

    def scopes(self) -> set[str]:
        """Of the province where it was told."""
        return {f"place:{self.province_code}"}


class Reply(models.Model):
    """A producer says that it can deliver what is sought; the office brings both together."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="replies")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["demand", "offer"], name="reply_once")]


class Enquiry(OfProduct):
    """A buyer's word to a producer and what became of it; the office makes one of a demand."""

    class State(models.TextChoices):
        NEW = "new", _("mới, chưa trả lời")
        ANSWERED = "answered", _("đã trả lời")
        TALKING = "talking", _("đang thương lượng")
        AGREED = "agreed", _("đã ký hợp đồng")
        LOST = "lost", _("không thành")

    token = models.UUIDField(unique=True)  # made with the form: one sent twice is kept once
    name = models.CharField("tên người hỏi", max_length=120)
    organisation = models.CharField("đơn vị", max_length=200, blank=True)
    contact = SealedField("điện thoại hoặc thư điện tử")
    text = models.TextField("nội dung")
    demand = models.ForeignKey(
        Demand, on_delete=models.PROTECT, null=True, related_name="enquiries"
    )  # that it was made of
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = "hỏi hàng"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "answered", "talking", "agreed", "lost"]),
                name="enquiry_state_is_known",
            )
        ]


class EnquiryNote(models.Model):
    """One step of an enquiry, as the producer tells it."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="notes")
    state = models.CharField(max_length=10, choices=Enquiry.State)
    text = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]


class Contract(OfProduct):
    """An agreement along the chain: goods sold (`sale`), or raw material and services bought in for
    the product (`supply`), with its share of all raw material."""

    class Kind(models.TextChoices):
        SALE = "sale", _("bán hàng, tiêu thụ")
        SUPPLY = "supply", _("mua nguyên liệu, liên kết sản xuất")

    kind = models.CharField("loại hợp đồng", max_length=10, choices=Kind)
    enquiry = models.OneToOneField(Enquiry, on_delete=models.PROTECT, null=True)
    partner = models.CharField("bên kia", max_length=200)
    number = models.CharField("số hợp đồng", max_length=60)
    signed_on = models.DateField("ngày ký")
    ends_on = models.DateField("ngày hết hạn", null=True)
    value = models.DecimalField("giá trị một năm (đồng)", null=True, **MONEY)
    quantity = models.DecimalField("số lượng một năm", null=True, **AMOUNT)
    unit = models.CharField(max_length=20, default="kg")
    raw_share = models.DecimalField(
        "tỷ lệ nguyên liệu theo hợp đồng (%)", max_digits=5, decimal_places=2, null=True
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="contract_once"),
            models.CheckConstraint(
                condition=Q(raw_share=None) | Q(raw_share__gt=0, raw_share__lte=100),
                name="raw_share_is_a_share",
            ),
        ]


class Channel(OfProduct):
    """Where a product is sold; links are tried weekly."""

    class Kind(models.TextChoices):
        SHELF = "shelf", _("siêu thị, cửa hàng")
        OWN_SHOP = "own_shop", _("điểm bán của chủ thể")
        ECOMMERCE = "ecommerce", _("sàn thương mại điện tử")
        SOCIAL = "social", _("mạng xã hội, bán trực tiếp (livestream)")

    DIGITAL = (Kind.ECOMMERCE, Kind.SOCIAL)
    kind = models.CharField("loại kênh", max_length=10, choices=Kind)
    name = models.CharField("tên nơi bán", max_length=120)
    url = models.URLField("địa chỉ trang", max_length=400, blank=True)
    where = models.CharField("địa chỉ nơi bán", max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True)  # why the link did not open

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind", "name"],
                condition=Q(ended_at=None),
                name="channel_once",
            )
        ]


class Sale(OfProduct):
    """A month of one product on one channel."""

    class Source(models.TextChoices):
        TYPED = "typed", _("nhập tay")
        FILE = "file", _("tệp của sàn")
        API = "api", _("máy gửi")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="sales")
    month = models.DateField("tháng")  # its first day
    orders = models.PositiveIntegerField("số đơn")
    revenue = models.DecimalField("doanh số (đồng)", **MONEY)
    returns = models.PositiveIntegerField("đơn hoàn", default=0)
    reviews = models.PositiveIntegerField("lượt đánh giá", default=0)
    rating = models.DecimalField("điểm trung bình", max_digits=2, decimal_places=1, null=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-month", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "month"], name="sale_once_a_month")
        ]


class Export(OfProduct):
    """A consignment that left the country."""

    on = models.DateField("ngày xuất")
    country = models.CharField("nước, vùng lãnh thổ", max_length=2)  # ISO 3166-1
    hs_code = models.CharField("mã HS", max_length=10)
    quantity_kg = models.DecimalField("khối lượng (kg)", **AMOUNT)
    value_usd = models.DecimalField("trị giá (USD)", max_digits=14, decimal_places=2)
    certificate = models.CharField("tờ khai, chứng nhận xuất xứ", max_length=80, blank=True)
    buyer = models.CharField("bên mua", max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-on", "-pk"]

    @property
    def country_name(self) -> str:
        """In Vietnamese."""
        return country_names().get(self.country, self.country)


class YearRecord(OfProduct):
    """What a recognised product did in one year, compared with the year before."""

    year = models.PositiveSmallIntegerField("năm")
    output = models.DecimalField("sản lượng", null=True, **AMOUNT)
    unit = models.CharField(max_length=20, default="kg")
    revenue = models.DecimalField("doanh thu (đồng)", null=True, **MONEY)
    workers = models.PositiveIntegerField("lao động", null=True)
    hectares = models.DecimalField(
        "diện tích vùng nguyên liệu (ha)", max_digits=10, decimal_places=2, null=True
    )
    technology = models.CharField("quy trình, công nghệ áp dụng", max_length=300, blank=True)
    investment = models.DecimalField("đầu tư trong năm (đồng)", null=True, **MONEY)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["product", "year"], name="year_record_once"),
        ]


class Support(OfProduct):
    """Help that a product got: measure, money, whose."""

    year = models.PositiveSmallIntegerField("năm")
    measure = models.CharField("nội dung hỗ trợ", max_length=200)
    money = models.DecimalField("kinh phí (đồng)", null=True, **MONEY)
    source = models.CharField("nguồn", max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-year", "-pk"]


class TradeEvent(OfProvince):
    """A fair, a week of goods, a festival: who is invited, and what is sold."""

    class Kind(models.TextChoices):
        FAIR = "fair", _("hội chợ")
        WEEK = "week", _("tuần hàng")
        FESTIVAL = "festival", _("lễ hội")
        ONLINE = "online", _("phiên bán hàng trực tuyến")

    kind = models.CharField("loại", max_length=10, choices=Kind)
    name = models.CharField("tên sự kiện", max_length=200)
    where = models.CharField("nơi tổ chức", max_length=200)
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến ngày")
    min_stars = models.PositiveSmallIntegerField("từ hạng", default=3)
    groups: Any = models.JSONField(default=list)  # numbers of sets; empty: all
    seats = models.PositiveIntegerField("số gian hàng", null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="trade_event_days_in_order"
            )
        ]


class Stand(models.Model):
    """A producer at an event, from invitation to what was sold."""

    class State(models.TextChoices):
        INVITED = "invited", _("đã mời")
        ACCEPTED = "accepted", _("nhận lời")
        DECLINED = "declined", _("không tham gia")

    event = models.ForeignKey(TradeEvent, on_delete=models.CASCADE, related_name="stands")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="stands")
    number = models.CharField("số gian", max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    revenue = models.DecimalField("bán được (đồng)", null=True, **MONEY)
    visitors = models.PositiveIntegerField("khách hỏi mua", null=True)
    deals = models.PositiveIntegerField("hợp đồng, thỏa thuận", null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["producer__folded"]
        constraints = [
            models.UniqueConstraint(fields=["event", "producer"], name="stand_once"),
            models.CheckConstraint(
                condition=Q(state__in=["invited", "accepted", "declined"]),
                name="stand_state_is_known",
            ),
        ]

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.producer.scopes()
