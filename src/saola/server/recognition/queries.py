"""The register: what a product has today, lists, figures."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Value, When

from saola.criteria.rulebook import rulebook
from saola.lifecycle.dossier import Kind
from saola.server.dossiers.completeness import EXTENSION_DAYS
from saola.server.dossiers.models import Dossier
from saola.server.places.models import Place
from saola.server.places.office import code_of, lying_in
from saola.server.products.models import Edition
from saola.server.recognition.models import ORDER, Recognition
from saola.server.recognition.register.shelf import shelf
from saola.server.traceability.models import Lot, TradeItem


def with_status(on: date) -> QuerySet[Any, Any]:
    """Recognitions with `status` worked out by the database for that day; same rules as
    `models.status_of`, which the tests hold equal."""
    soon = on + timedelta(settings.OCOP["expiring_within_days"])
    return Recognition.objects.annotate(
        status=Case(
            When(withdrawn_on__lte=on, then=Value("withdrawn")),
            When(revoked_on__lte=on, then=Value("revoked")),
            When(Exists(_later(on).filter(stars__gt=OuterRef("stars"))), then=Value("upgraded")),
            When(Exists(_later(on)), then=Value("replaced")),
            When(expires_on=None, year__lt=on.year - 3, then=Value("expired")),
            When(expires_on=None, then=Value("unknown")),
            When(expires_on__gt=soon, then=Value("in_force")),
            When(expires_on__gte=on, then=Value("expiring")),
            When(_extended(on), then=Value("extended")),
            default=Value("expired"),
            output_field=CharField(),
        )
    )


def _later(on: date) -> QuerySet[Any, Any]:
    """Published recognitions of the same product that came after and still stand; days compare
    where both have one, else years."""
    return Recognition.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=on),
        Q(recognised_on__gt=OuterRef("recognised_on")) | Q(year__gt=OuterRef("year")),
        product=OuterRef("product"),
        published_on__lte=on,
    )


def _extended(on: date) -> Q:
    """Past the last day, but valid while a renewal is pending (art. 12.3), by the setting."""
    scope = settings.OCOP["extension_scope"]
    if scope == "none":
        return Q(pk__in=[])
    pending = Dossier.objects.pending().filter(
        product=OuterRef("product"), kind=Kind.RENEWAL, filed_on__isnull=False
    )
    rule = Q(Exists(pending), expires_on__gte=on - timedelta(EXTENSION_DAYS))
    if scope == "transition_with_pending_renewal":
        book = rulebook("26-2026")
        window = timedelta(book.facts["renewal"]["file_not_later_than_days"])
        rule &= Q(expires_on__lt=book.in_force_from + window)
    return rule


def extended_on(on: date) -> set[int]:
    """Recognitions that are past their last day and valid still."""
    return set(
        Recognition.objects.filter(_extended(on), expires_on__lt=on).values_list("pk", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Filters:
    """What the visitor asked for; empty means all."""

    text: str = ""
    stars: str = ""
    place: str = ""
    province: str = ""
    status: str = ""
    group: str = ""  # number of the set of Phụ lục I
    kind: str = ""  # of producer
    traceable: bool = False  # a lot of it can be looked up
    among: frozenset[int] | None = None  # products by their keys; None: all


def register(filters: Filters, on: date) -> QuerySet[Any, Any]:
    """Published recognitions, newest first; the newest of each product stands for it."""
    rows = (
        with_status(on)
        .filter(newest=True, product__name_known=True)
        .select_related("product__producer", "product__place", "certificate")
    )
    if filters.text:
        rows = rows.filter(pk__in=shelf().found(filters.text))
    if filters.stars:
        rows = rows.filter(stars=int(filters.stars))
    if filters.province:
        rows = rows.filter(lying_in(filters.province, "product__place"))
    if filters.place:
        rows = rows.filter(product__place__in=Place.objects.seen_by([filters.place]))
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.group:
        rows = rows.filter(product__group_number=int(filters.group))
    if filters.kind:
        rows = rows.filter(product__producer__kind=filters.kind)
    if filters.traceable:
        rows = rows.filter(Exists(Lot.objects.filter(item__product=OuterRef("product"))))
    if filters.among is not None:
        rows = rows.filter(product__in=filters.among)
    return rows.order_by("product__illustrative", "product__sort_text", "pk")


def listed(filters: Filters, on: date) -> list[int]:
    """The same recognitions by their numbers, those that hold the text as it was typed first."""
    found = shelf().found(filters.text, _chosen(filters))
    if not filters.status:
        return found
    states = _states(Edition.current(), on, frozenset(extended_on(on)))
    wanted = states.get(filters.status, frozenset())
    return [pk for pk in found if pk in wanted]


@lru_cache(maxsize=2)  # today's, and that of a page which looks at another day
def _states(_edition: int, on: date, _extended: frozenset[int]) -> dict[str, frozenset[int]]:
    """By state those that stand for their products; the same until the register changes, or the
    set of those that a pending renewal keeps valid."""
    rows = with_status(on).filter(newest=True, product__name_known=True).order_by()
    found: dict[str, set[int]] = {}
    for pk, status in rows.values_list("pk", "status"):
        found.setdefault(status, set()).add(pk)
    return {status: frozenset(keys) for status, keys in found.items()}


def _chosen(filters: Filters) -> dict[str, Collection[Any]]:
    """What the shelf itself can tell of what was asked."""
    asked: dict[str, Collection[Any]] = {}
    if filters.stars:
        asked["stars"] = {int(filters.stars)}
    if filters.group:
        asked["group"] = {int(filters.group)}
    if filters.kind:
        asked["kind"] = {filters.kind}
    if filters.province:
        inside = Place.objects.filter(province_code=filters.province).values_list("pk", flat=True)
        asked["place"] = {*inside, *((None,) if filters.province == code_of(None) else ())}
    if filters.place:
        seen = Place.objects.seen_by([filters.place]).values_list("pk", flat=True)
        asked["place"] = set(seen)
    if filters.traceable:
        items = TradeItem.objects.filter(Exists(Lot.objects.filter(item=OuterRef("pk"))))
        asked["product"] = set(items.values_list("product", flat=True))
    if filters.among is not None:
        asked["product"] = filters.among & set(asked.get("product", filters.among))
    return asked


def commune_today() -> Callable[[int | None], str]:
    """For the key of a commune the code of the one that has its place today; "" where none has.
    Each is asked for once."""
    places = {place.pk: place for place in Place.objects.filter(level="commune")}

    @cache
    def code(key: int | None) -> str:
        place = places.get(key) if key is not None else None
        if place is not None and place.valid_to is not None:
            place = place.follower()
        return place.code if place is not None else ""

    return code


def commune_on(day: date) -> Callable[[int | None], str]:
    """The same for a day: the commune itself where it existed then, the one that followed where it
    had ended, "" where it had not begun."""
    places = {place.pk: place for place in Place.objects.filter(level="commune")}
    today = commune_today()

    @cache
    def code(key: int | None) -> str:
        place = places.get(key) if key is not None else None
        if place is None or (place.valid_from is not None and place.valid_from > day):
            return ""
        if place.valid_to is None or place.valid_to >= day:
            return place.code
        return today(key)

    return code


def by_place(rows: QuerySet[Any, Any]) -> dict[str, dict[str, int]]:
    """Products by the commune that has their place today: how many, the best class."""
    today = commune_today()
    counted = (
        rows.order_by().values("product__place").annotate(products=Count("pk"), best=Max("stars"))
    )
    found: dict[str, dict[str, int]] = {}
    for row in counted:
        code = today(row["product__place"])
        if not code:
            continue
        told = found.setdefault(code, {"products": 0, "best": 0})
        told["products"] += row["products"]
        told["best"] = max(told["best"], row["best"] or 0)
    return found


def figures(on: date) -> dict[str, int]:
    """Counts of the register by state and class, the same rows as its list; how many of them are
    made up stands beside."""
    counts: dict[str, int] = {"products": 0, "stars_3": 0, "stars_4": 0, "stars_5": 0, "made_up": 0}
    rows = register(Filters(), on).values_list("stars", "status", "product__illustrative")
    for stars, status, made_up in rows:
        counts["made_up"] += made_up
        counts["products"] += 1
        counts[f"stars_{stars}"] = counts.get(f"stars_{stars}", 0) + 1
        counts[str(status)] = counts.get(str(status), 0) + 1
    return counts


def current_recognition(product: Any, on: date) -> Any:
    """The newest recognition of a product with its state."""
    return with_status(on).filter(product=product).order_by(*ORDER).first()
