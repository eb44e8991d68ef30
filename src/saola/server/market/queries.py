"""Figures of the market: years compared, shares of digital sales, who is linked with whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from saola.server.market.countries import country_names
from saola.server.market.models import (
    Channel,
    Contract,
    Export,
    Offer,
    Sale,
    Stand,
    Support,
    TradeEvent,
    YearRecord,
)
from saola.server.places.models import Place
from saola.server.products.models import Product
from saola.server.recognition.queries import commune_today
from saola.vietnamese.sorting import word_key

YEAR = 365
MOST_LINKS = 100  # that are looked at together
MILLION = 1_000_000
DIGITAL = Q(channel__kind__in=Channel.DIGITAL)


def exported() -> frozenset[int]:
    """Products that have left the country, by their keys."""
    return frozenset(Export.objects.values_list("product", flat=True))


def turnover(until: int) -> dict[int, str]:
    """By product its turnover of the newest year up to one that was told, in million đồng with two
    places."""
    rows = YearRecord.objects.filter(revenue__isnull=False, year__lte=until).order_by("year")
    found = dict(rows.values_list("product", "revenue"))
    return {product: f"{money / MILLION:.2f}" for product, money in found.items() if money}


@dataclass(frozen=True, slots=True)
class Compared:
    """One year of a product, each figure with its change against the year before in percent; None
    where one of both is not known."""

    record: YearRecord
    output: Decimal | None
    revenue: Decimal | None
    workers: Decimal | None


def compared(records: Iterable[YearRecord]) -> list[Compared]:
    """Years of one product, the newest first."""
    by_year = {record.year: record for record in records}
    return [
        Compared(
            record,
            *(
                _change(getattr(record, name), getattr(before, name, None))
                if name != "output" or before is None or before.unit == record.unit
                else None
                for before in [by_year.get(year - 1)]
                for name in ("output", "revenue", "workers")
            ),
        )
        for year, record in sorted(by_year.items(), reverse=True)
    ]


def _change(now: Any, before: Any) -> Decimal | None:
    if now is None or not before:
        return None
    return (Decimal(now) / Decimal(before) - 1) * 100


@dataclass(frozen=True, slots=True)
class Share:
    """Sales of a commune in a year, and the part of them on the net."""

    place: str
    products: int
    revenue: Decimal
    digital: Decimal

    @property
    def percent(self) -> Decimal | None:
        """None where nothing was told."""
        return self.digital * 100 / self.revenue if self.revenue else None


def shares(year: int, products: QuerySet[Product]) -> list[Share]:
    """By the commune that has the place today, from what producers told by month."""
    rows = (
        Sale.objects.filter(month__year=year, product__in=products)
        .values("product__place")
        .annotate(
            products=Count("product", distinct=True),
            all=Sum("revenue"),
            digital=Sum("revenue", filter=DIGITAL),
        )
        .order_by()
    )
    today, names = commune_today(), dict(Place.objects.communes().values_list("code", "name"))
    found: dict[str, Share] = {}
    for row in rows:
        name = names.get(today(row["product__place"]), "chưa rõ")
        one = found.get(name, Share(name, 0, Decimal(0), Decimal(0)))
        found[name] = Share(
            name,
            one.products + row["products"],
            one.revenue + row["all"],
            one.digital + (row["digital"] or 0),
        )
    return sorted(found.values(), key=lambda one: word_key(one.place))


def needing_help(products: QuerySet[Product]) -> list[tuple[Product, list[str]]]:
    """Products whose pages for buyers lack something, with what: photo, text, packing, a way to
    buy. Those that lack most come first."""
    rows = products.annotate(
        sold=Exists(Channel.objects.filter(product=OuterRef("pk"), ended_at=None)),
        offered=Exists(Offer.objects.filter(product=OuterRef("pk"))),
    ).select_related("producer", "place")
    found = []
    for product in rows:
        lacks = [
            name
            for name, there in (
                ("ảnh", product.photo_id),
                ("câu chuyện, mô tả", product.description),
                ("quy cách đóng gói", product.packing),
                ("kênh bán", product.sold),
                ("chào hàng", product.offered),
            )
            if not there
        ]
        if lacks:
            found.append((product, lacks))
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0].sort_text))


@dataclass(frozen=True, slots=True)
class Link:
    """Goods flow from one party to another under so many contracts."""

    origin: str
    target: str
    product: str
    share: Decimal | None  # of raw material, in percent
    value: Decimal | None


def chain(products: QuerySet[Product], on: date) -> list[Link]:
    """Contracts in force of these products, suppliers before buyers, the greatest first."""
    rows = (
        Contract.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), product__in=products)
        .exclude(product__producer=None)
        .select_related("product__producer")
        .order_by("-kind", F("value").desc(nulls_last=True), "pk")
    )
    return [_link(row, str(row.product.producer)) for row in rows[:MOST_LINKS]]


def _link(row: Contract, name: str) -> Link:
    if row.kind == Contract.Kind.SUPPLY:
        return Link(row.partner, name, row.product.name, row.raw_share, row.value)
    return Link(name, row.partner, row.product.name, None, row.value)


def event_result(event: TradeEvent) -> dict[str, Any]:
    """What an event brought, and how many have told."""
    told: dict[str, Any] = event.stands.aggregate(
        invited=Count("pk"),
        coming=Count("pk", filter=Q(state=Stand.State.ACCEPTED)),
        told=Count("pk", filter=Q(reported_at__isnull=False)),
        revenue=Sum("revenue"),
        visitors=Sum("visitors"),
        deals=Sum("deals"),
    )
    return told


def year_totals(
    year: int, products: QuerySet[Product], until: date | None = None
) -> dict[str, Any]:
    """Of all products in scope: how many told of the year, sums where they did, the change of each
    sum against the year before among products that told of both (percent); exports beside, up to a
    day where one is given."""
    rows = YearRecord.objects.filter(year=year, product__in=products)
    told: dict[str, Any] = rows.aggregate(
        products=Count("pk"),
        revenue=Sum("revenue"),
        workers=Sum("workers"),
        hectares=Sum("hectares"),
        investment=Sum("investment"),
        adopted=Count("pk", filter=~Q(technology="")),
    )
    told["support"] = Support.objects.filter(year=year, product__in=products).aggregate(
        money=Sum("money")
    )["money"]
    told["changes"] = {name: _changed(name, year, rows) for name in ("revenue", "workers")}
    told["agreed"] = Contract.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=date(year, 1, 1)),
        kind=Contract.Kind.SALE,
        signed_on__lte=date(year, 12, 31),
        product__in=products,
    ).aggregate(n=Count("pk"), value=Sum("value"))
    told |= _exports(year, products, until).aggregate(
        exported=Count("product", distinct=True),
        usd=Sum("value_usd"),
        markets=Count("country", distinct=True),
    )
    return told


def _changed(name: str, year: int, rows: QuerySet[YearRecord]) -> Decimal | None:
    """Both sums are of the same products: those that told of both years."""
    before = YearRecord.objects.filter(
        year=year - 1, product=OuterRef("product"), **{f"{name}__isnull": False}
    )
    both = rows.filter(**{f"{name}__isnull": False}).annotate(was=Subquery(before.values(name)))
    sums = both.exclude(was=None).aggregate(now=Sum(name), before=Sum("was"))
    return _change(sums["now"], sums["before"])


@dataclass(frozen=True, slots=True)
class Market:
    """What went to one country under one HS code in a year."""

    country: str
    hs_code: str
    products: int
    consignments: int
    kg: Decimal
    usd: Decimal


def _exports(year: int, products: QuerySet[Product], until: date | None) -> QuerySet[Export]:
    rows = Export.objects.filter(on__year=year, product__in=products)
    return rows.filter(on__lte=until) if until else rows


def markets(year: int, products: QuerySet[Product], until: date | None = None) -> list[Market]:
    """The greatest value first; up to a day where one is given."""
    rows = (
        _exports(year, products, until)
        .values("country", "hs_code")
        .annotate(
            of=Count("product", distinct=True),
            times=Count("pk"),
            kg=Sum("quantity_kg"),
            usd=Sum("value_usd"),
        )
        .order_by("-usd", "country", "hs_code")
    )
    names = country_names()
    return [
        Market(
            names.get(row["country"], row["country"]),
            row["hs_code"],
            row["of"],
            row["times"],
            row["kg"],
            row["usd"],
        )
        for row in rows
    ]


def by_model(year: int, products: QuerySet[Product]) -> list[tuple[str, int, Decimal, int]]:
    """By kind of producer (household, cooperative, enterprise): how many products told of the
    year, revenue, workers."""
    rows = (
        YearRecord.objects.filter(year=year, product__in=products)
        .values("product__producer__kind")
        .annotate(n=Count("pk"), money=Sum("revenue"), people=Sum("workers"))
        .order_by("-n", "product__producer__kind")
    )
    return [
        (
            row["product__producer__kind"] or "",
            row["n"],
            row["money"] or Decimal(0),
            row["people"] or 0,
        )
        for row in rows
    ]
