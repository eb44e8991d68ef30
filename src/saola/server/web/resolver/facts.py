"""What the page of a code tells: the items of Circular 02/2024/TT-BKHCN and of article 32 of Decree
37/2026/NĐ-CP, each found or shown as a gap, and the stages of the chain."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saola.server.events.models import Event, Word
from saola.server.events.search import whole
from saola.server.events.store import ACTIONS
from saola.server.events.tree import Keeper, counting
from saola.server.products.models import Producer
from saola.server.recognition.labels import in_words
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import with_status
from saola.server.traceability.lineage import kin, lots_of, maker_of
from saola.server.traceability.models import GrowingArea, Lot, TradeItem

MOST_STAGES = 40
ADD = ACTIONS.index("ADD")
STEPS = {
    "harvest": gettext_lazy("Thu hoạch"),
    "commissioning": gettext_lazy("Tạo lô"),
    "receiving": gettext_lazy("Mua vào, nhận hàng"),
    "creating_class_instance": gettext_lazy("Chế biến"),
    "packing": gettext_lazy("Đóng gói"),
    "shipping": gettext_lazy("Xuất hàng"),
    "inspecting": gettext_lazy("Kiểm tra"),
    "storing": gettext_lazy("Lưu kho"),
    "transporting": gettext_lazy("Vận chuyển"),
    "holding": gettext_lazy("Tạm giữ"),
    "recall": gettext_lazy("Thu hồi hàng"),
    "free": gettext_lazy("Gỡ thu hồi"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the chain: what, when, where, under which codes."""

    title: str
    at: datetime
    place: str
    place_code: str
    code: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a legal list; `value` "" where it is a gap, `needed` where the list wants it in
    every case."""

    name: str
    value: str
    needed: bool = True


def stages(lot: Lot) -> list[Stage]:
    """Everything that happened to the lot and to what it was made from, the earliest first."""
    up = kin(lot, forward=False)
    made = {seq for _, _, seq in up.edges}
    own = Event.objects.filter(seq__in=counting(lot.key))
    begun = Event.objects.filter(seq__in=counting(*up.depth), action=ADD)
    rows = [*Event.objects.filter(seq__in=made), *own, *begun]
    makers = {maker_of(one) for one in lots_of(up.depth).values()}
    found = {
        row.seq: row
        for row in rows
        if not row.declared and any(Keeper(row.owner, row.province).speaks_for(m) for m in makers)
    }
    # the last of them, for they are nearest to the buyer
    shown = sorted(found.values(), key=lambda row: (row.event_time, row.seq))[-MOST_STAGES:]
    steps = dict(Word.objects.filter(pk__in={row.step for row in shown}).values_list("pk", "text"))
    places = _Places(shown)
    return [_stage(row, steps.get(row.step or 0, ""), places) for row in shown]


def _stage(row: Event, step: str, places: "_Places") -> Stage:
    event, _spaces = whole(row)
    place, place_code = places.of(event)
    made = event.get("quantityList") or event.get("outputQuantityList") or [{}]
    return Stage(
        str(_title(event, step)),
        timezone.localtime(row.event_time),
        place,
        place_code,
        code_text(made[0].get("epcClass", "")),
    )


def _title(event: dict[str, Any], step: str) -> Any:
    disposition = event.get("persistentDisposition") or {}
    for act, name in (("set", "recall"), ("unset", "free")):
        if "recalled" in (disposition.get(act) or ()):
            return STEPS[name]
    if "cbvmda:harvestEndDate" in (event.get("ilmd") or {}):
        return STEPS["harvest"]
    word = step.rpartition("-")[2] if step else ""
    return STEPS.get(word, word.replace("_", " ") or event["type"])


def code_text(link: str) -> str:
    """ "(01)…(10)…" of a Digital Link, for people to compare."""
    steps = link.split("/")
    at = next((i for i, step in enumerate(steps) if step == "01"), None)
    if at is None:
        return link
    pairs = zip(steps[at::2], steps[at + 1 :: 2], strict=False)
    return "".join(f"({ai}){value}" for ai, value in pairs)


class _Places:
    """Our own places behind the addresses in events, fetched together."""

    def __init__(self, rows: list[Event]) -> None:
        events = [whole(row)[0] for row in rows]
        names = {(event.get("readPoint") or {}).get("id", "") for event in events}
        start = f"{settings.BASE_URL}/noi/"
        own = [name.removeprefix(start) for name in names if name.startswith(start)]
        ids = {kind: [int(n[1:]) for n in own if n[0] == kind and n[1:].isdigit()] for kind in "vc"}
        areas = GrowingArea.objects.filter(pk__in=ids["v"]).select_related("place", "producer")
        producers = Producer.objects.filter(pk__in=ids["c"]).select_related("place")
        self.known = {f"{start}v{area.pk}": _area(area) for area in areas}
        self.known |= {
            f"{start}c{one.pk}": (_where(one.public_name, one.place), f"c{one.pk}")
            for one in producers
        }

    def of(self, event: dict[str, Any]) -> tuple[str, str]:
        """Name and code of where it happened."""
        name = (event.get("readPoint") or event.get("bizLocation") or {}).get("id", "")
        return self.known.get(name, ("", code_text(name)))


def _area(area: GrowingArea) -> tuple[str, str]:
    return _where(area_name(area), area.place or area.producer.place), area.code or f"v{area.pk}"


def area_name(area: GrowingArea) -> str:
    """A household's plots bear the names of people: of those only the code is shown."""
    if area.producer.kind == Producer.Kind.HOUSEHOLD:
        return area.code or f"v{area.pk}"
    return str(area)


def _where(name: str, place: Any) -> str:
    return f"{name}, {place.name_today}" if place else name


def recognition(item: TradeItem, on: date) -> Recognition | None:
    """The newest published class of the product, with `status` and `words`."""
    if item.product_id is None:
        return None
    rows = with_status(on).filter(product=item.product_id, published_on__isnull=False)
    newest: Recognition | None = rows.select_related("certificate").order_by("-year", "-pk").first()
    if newest is not None:
        shown: Any = newest  # with what the question added
        shown.words = in_words(shown.status, shown.expires_on, on, revoked_on=shown.revoked_on)
    return newest


def maker_address(producer: Producer) -> str:
    """Where the firm is; of a household only its commune, for its address is somebody's home."""
    if producer.kind != Producer.Kind.HOUSEHOLD and producer.address_as_printed:
        return producer.address_as_printed
    return producer.place.name_today if producer.place else ""


def _day(value: date | datetime | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def circular(item: TradeItem, lot: Lot | None, chain: list[Stage], photo: bool) -> list[Item]:
    """The ten items of Circular 02/2024."""
    producer = item.producer
    made = timezone.localtime(lot.made_at) if lot else None
    full = [stage for stage in chain if stage.code and stage.place_code]
    count = _("%(n)s công đoạn, mỗi công đoạn có mã sản phẩm, mã địa điểm, thời gian")
    return [
        Item(_("Tên sản phẩm, hàng hóa"), item.name),
        Item(_("Hình ảnh sản phẩm"), _("có ở đầu trang") if photo else ""),
        Item(_("Tên đơn vị sản xuất, kinh doanh"), producer.public_name),
        Item(_("Địa chỉ đơn vị"), maker_address(producer)),
        Item(_("Các công đoạn"), count % {"n": len(full)} if full else ""),
        Item(_("Thời gian sản xuất, kinh doanh"), _day(made)),
        Item(_("Mã truy xuất"), code_text(lot.path if lot else item.path)),
        Item(_("Thương hiệu, nhãn hiệu, số hiệu"), item.brand, needed=False),
        Item(_("Thời hạn sử dụng"), _day(lot.best_before) if lot else "", needed=False),
        Item(_("Tiêu chuẩn áp dụng"), item.standards),
    ]


def passport(
    item: TradeItem, lot: Lot | None, chain: list[Stage], found: Recognition | None
) -> list[Item]:
    """The eight items of article 32 of Decree 37/2026."""
    number = _("%(gtin)s (mã nội bộ của tỉnh, không phải mã GS1 của doanh nghiệp)")
    gtin = number % {"gtin": item.gtin} if item.internal else item.gtin
    origin = next((stage.place for stage in chain if stage.place), "")
    papers = [item.standards, lot.area.certificate if lot and lot.area else ""]
    if found is not None and found.certificate is not None:
        papers.append(_("Giấy chứng nhận OCOP %(n)s") % {"n": found.certificate.number})
    days = [_day(timezone.localtime(lot.made_at)), _day(lot.best_before)] if lot else []
    producer = item.producer
    maker = "; ".join(
        part for part in (producer.public_name, maker_address(producer), f"c{producer.pk}") if part
    )
    return [
        Item(_("Tên sản phẩm và mã GTIN"), f"{item.name}; {gtin}"),
        Item(_("Tên, địa chỉ, mã của nơi sản xuất"), maker),
        Item(_("Xuất xứ, nơi hoàn thiện cuối cùng"), origin or maker_address(producer)),
        Item(_("Dữ liệu truy xuất"), _("xem các công đoạn") if chain else ""),
        Item(_("Chứng nhận hợp quy, chất lượng"), "; ".join(p for p in papers if p)),
        Item(_("Ngày sản xuất, hạn dùng"), " – ".join(d for d in days if d), needed=False),
        Item(_("Cảnh báo an toàn"), item.warnings, needed=False),
        Item(_("Thông tin khác theo yêu cầu"), _("liên hệ cơ quan quản lý OCOP"), needed=False),
    ]
