"""Offers and demands brought together, each match with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from saola.server.market.models import Demand, Offer, TradeEvent
from saola.server.places.office import code_of, lying_in
from saola.server.recognition.queries import Filters, register
from saola.vietnamese.folding import fold
from saola.vietnamese.numbers import decimal_comma

VALID = ("in_force", "expiring", "extended")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well something goes with something: what speaks for it, what against."""

    thing: Any
    good: tuple[str, ...]
    bad: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """The fewer reasons against, the better; then the more for it."""
        return len(self.bad), -len(self.good)


def _amount(number: Decimal) -> str:
    return decimal_comma(f"{number.normalize():f}")


def compare(offer: Offer, demand: Demand, stars: int | None) -> Fit | None:
    """What speaks for and against; None where another kind of goods is sought."""
    product = offer.product
    words = set(fold(demand.title).split())
    told = set(fold(f"{product.name} {product.description}").split())
    same_set = demand.group_number is not None and demand.group_number == product.group_number
    shared = sorted(words & told)
    if not same_set and len(shared) < min(2, len(words)):
        return None
    good: list[str] = []
    bad: list[str] = []
    (good if same_set else bad).append("cùng bộ sản phẩm" if same_set else "khác bộ sản phẩm")
    if shared:
        good.append(f"tên có “{' '.join(shared)}”")
    for ok, text in (
        *_stars(demand, stars), *_price(offer, demand), *_quantity(offer, demand),
        *_standards(offer, demand), *_market(offer, demand),
    ):  # fmt: skip
        (good if ok else bad).append(text)
    return Fit(offer, tuple(good), tuple(bad))


Reasons = Iterable[tuple[bool, str]]


def _stars(demand: Demand, stars: int | None) -> Reasons:
    if demand.min_stars:
        yield (stars or 0) >= demand.min_stars, f"hạng {stars or 'chưa rõ'} sao"


def _price(offer: Offer, demand: Demand) -> Reasons:
    if demand.price_to is not None and offer.price_from is not None:
        yield offer.price_from <= demand.price_to, f"giá từ {_amount(offer.price_from)} đồng"


def _quantity(offer: Offer, demand: Demand) -> Reasons:
    if demand.quantity is None or not offer.capacity or offer.unit != demand.unit:
        return
    months = demand.months or range(1, 13)
    least = min(Decimal(offer.capacity[month - 1]) for month in months)
    yield least >= demand.quantity, f"mỗi tháng ít nhất {_amount(least)} {offer.unit}"
    if offer.minimum is not None:
        enough = offer.minimum <= demand.quantity
        yield enough, f"đặt tối thiểu {_amount(offer.minimum)} {offer.unit}"


def _standards(offer: Offer, demand: Demand) -> Reasons:
    held = fold(offer.standards)
    for wanted in filter(None, (part.strip() for part in demand.standards.split(","))):
        yield fold(wanted) in held, wanted


def _market(offer: Offer, demand: Demand) -> Reasons:
    if demand.market:
        yield fold(demand.market) in fold(offer.markets), f"được bán ở {demand.market}"
    if demand.samples:
        yield offer.samples, "gửi được hàng mẫu"


def offers_for(demand: Demand, on: date, most: int = 20) -> list[Fit]:
    """Offers of valid products of its province that may answer a demand, the best first."""
    near = lying_in(demand.province_code, "product__place")
    rows = register(Filters(), on).filter(near, status__in=VALID).values_list("product", "stars")
    stars = dict(rows)
    offers = Offer.objects.filter(product__in=stars).select_related("product__producer")
    fits = (compare(offer, demand, stars[offer.product_id]) for offer in offers)
    return sorted((fit for fit in fits if fit), key=lambda fit: fit.rank)[:most]


def demands_for(offer: Offer, on: date, stars: int | None, most: int = 20) -> list[Fit]:
    """Open demands of its province that an offer may answer, the best first; each `thing` is the
    demand."""
    found = []
    rows = Demand.objects.filter(
        state=Demand.State.OPEN, province_code=code_of(offer.product.place)
    )
    for demand in rows.exclude(until__lt=on):
        fit = compare(offer, demand, stars)
        if fit:
            found.append(Fit(demand, fit.good, fit.bad))
    return sorted(found, key=lambda fit: fit.rank)[:most]


def fit_for(event: TradeEvent, on: date) -> list[Fit]:
    """Producers of its province who fit an event, the best first: class, set, validity to its end,
    capacity in its months. Each `thing` is the recognition that speaks for the producer."""
    rows = register(Filters(), on).filter(
        lying_in(event.province_code, "product__place"),
        status__in=VALID,
        stars__gte=event.min_stars,
        product__producer__isnull=False,
    )
    if event.groups:
        rows = rows.filter(product__group_number__in=event.groups)
    best: dict[int, Fit] = {}
    for row in rows.select_related("product__offer"):
        fit = _at_event(row, event)
        before = best.get(row.product.producer_id)
        if before is None or fit.rank < before.rank:
            best[row.product.producer_id] = fit
    return sorted(best.values(), key=lambda fit: (*fit.rank, fit.thing.product.producer.folded))


def _months(event: TradeEvent) -> list[int]:
    """Months of the year that it lies in."""
    first, last = event.starts_on, event.ends_on
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [(first.month - 1 + n) % 12 + 1 for n in range(min(count, 12))]


def _at_event(row: Any, event: TradeEvent) -> Fit:
    good = [f"{row.product.name}: {row.stars} sao"]
    bad: list[str] = []
    lasts = row.expires_on is not None and row.expires_on >= event.ends_on
    (good if lasts else bad).append(
        "còn hiệu lực đến hết sự kiện"
        if lasts
        else "giấy chứng nhận hết hạn trước khi sự kiện kết thúc"
    )
    offer = getattr(row.product, "offer", None)
    if offer is None or not offer.capacity:
        bad.append("chưa khai sản lượng theo tháng")
    else:
        amount, least = min((Decimal(offer.capacity[n - 1]), n) for n in _months(event))
        month = f"tháng {least}: {_amount(amount)} {offer.unit}"
        (good if amount > 0 else bad).append(month)
    return Fit(row, tuple(good), tuple(bad))
