"""Writing down what was done: one entry becomes one event of the producer's chain, and a lot."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saola.epcis.documents import STANDARD, prefixes
from saola.epcis.farm import Amount, Deed, event_of
from saola.epcis.identity import canonical_identity
from saola.gs1.identifiers import BadGs1
from saola.gs1.link import parse
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.events.models import Access
from saola.server.events.store import key_of, ready, write
from saola.server.files.models import StoredFile
from saola.server.journal.record import record
from saola.server.places.office import code_of
from saola.server.products.models import Producer
from saola.server.traceability.models import Entry, GrowingArea, Lot, TradeItem, Use, link_of
from saola.server.traceability.stops import inherit

AHEAD = timedelta(hours=12)  # clocks of phones go wrong by so much at most
BEHIND = timedelta(days=2 * 366)
MOST = Decimal(10**9)
LOT_CODE = re.compile(r"[A-Za-z0-9._-]{1,20}")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote down. `used` are lots with amounts, by the ids of their entries; `item`
    and `quantity` what came of it; `code` the lot's own code where it has one."""

    uid: uuid.UUID
    act: str
    at: datetime
    item: TradeItem | None = None
    quantity: Decimal | None = None
    code: str = ""
    best_before: date | None = None
    area: GrowingArea | None = None
    used: Sequence[tuple[uuid.UUID, Decimal]] = ()
    waste_kg: Decimal | None = None
    partner: str = ""
    source: str = ""  # code of the lot that was bought, as scanned or typed
    document: str = ""
    note: str = ""


@transaction.atomic
def write_down(
    producer: Producer, note: Note, *, by: User, photo: StoredFile | None = None
) -> Entry:
    """Keep the entry, its lot and its event together. The same entry sent again changes nothing."""
    require(by, Permission.TRACE_LOG, producer)
    before = Entry.objects.select_related("lot").filter(pk=note.uid).first()
    if before is not None:
        if before.producer_id != producer.pk:
            raise Refused("Mã của lần ghi này đã dùng cho chủ thể khác.")
        return before
    _plausible(note)
    used = _used(producer, note)
    lot = _lot(producer, note, used) if note.act != "ship" else None
    source = _source(producer, note) if note.act == "buy" and note.source else None
    bought = [(source, note.quantity or Decimal(0))] if source else []
    seq = _event(producer, note, lot, [*used, *bought])
    entry = Entry.objects.create(
        uid=note.uid,
        producer=producer,
        act=note.act,
        at=note.at,
        lot=lot,
        area=note.area,
        partner=note.partner,
        partner_producer=source.item.producer if source else None,
        document=note.document,
        waste_kg=note.waste_kg,
        note=note.note,
        photo=photo,
        written_by=by,
        seq=seq,
    )
    if lot is not None:
        inherit(lot, [one for one, _amount in (*used, *bought)])
    Use.objects.bulk_create(
        Use(entry=entry, lot=source, quantity=amount) for source, amount in used
    )
    record("log", f"entry:{entry.pk}", {"act": note.act, "event": seq}, by=by)
    return entry


def _plausible(note: Note) -> None:
    now = timezone.now()
    if not now - BEHIND <= note.at <= now + AHEAD:
        raise Refused(
            f"Ngày giờ {timezone.localtime(note.at):%d/%m/%Y %H:%M} có vẻ sai. Hãy xem lại đồng hồ "
            "của máy rồi ghi lại; những gì đã nhập vẫn còn.",
            field="at",
        )
    amounts = [amount for _, amount in note.used]
    if note.act != "ship":
        if note.item is None:
            raise Refused("Hãy chọn hàng.", field="item")
        amounts.append(note.quantity or Decimal(0))
    if not all(0 < amount <= MOST for amount in amounts):
        raise Refused("Số lượng phải lớn hơn 0.", field="quantity")
    if note.act in ("process", "pack", "ship") and not note.used:
        raise Refused("Hãy chọn lô đã dùng và số lượng.", field="used")


def _used(producer: Producer, note: Note) -> list[tuple[Lot, Decimal]]:
    """The lots that were used, locked; Refused where one is not there, not free, or too small."""
    wanted = dict(note.used)
    rows = Lot.objects.select_for_update(of=("self",)).filter(
        uid__in=wanted, item__producer=producer
    )
    lots = {lot.uid: lot for lot in rows.select_related("item__producer").order_by("pk")}
    for uid, amount in note.used:
        lot = lots.get(uid)
        if lot is None:
            raise Refused(
                "Chưa có lô đã chọn. Nếu lô được ghi lúc không có mạng, hãy gửi lần ghi đó trước.",
                field="used",
            )
        if lot.state == Lot.State.VOID:
            raise Refused(f"{lot} đã được khai là ghi sai.", field="used")
        # what was done before the stop is taken whenever it is told, and stopped with it
        if lot.state_since is not None and note.at >= _minute(lot.state_since):
            raise Refused(
                f"{lot} đang ở trạng thái “{lot.get_state_display()}”, không dùng hoặc xuất được: "
                f"{lot.state_reason}",
                field="used",
            )
        remains = lot.remains
        if amount > remains:
            raise Refused(
                f"{lot} chỉ còn {_shown(remains)} {lot.item.get_unit_display()}, không đủ "
                f"{_shown(amount)}. Hãy xem lại số lượng; nếu thực tế có nhiều hơn, hãy ghi thêm "
                "lần thu hoạch hoặc mua vào còn thiếu.",
                field="used",
            )
    return [(lots[uid], amount) for uid, amount in wanted.items()]


def _minute(moment: datetime) -> datetime:
    """Phones tell minutes."""
    return moment.replace(second=0, microsecond=0)


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _lot(producer: Producer, note: Note, used: list[tuple[Lot, Decimal]]) -> Lot:
    item, quantity = note.item, note.quantity
    assert item is not None  # _plausible
    assert quantity is not None
    if item.producer_id != producer.pk:
        raise Refused("Hàng này không phải của chủ thể.", field="item")
    if note.area is not None and note.area.producer_id != producer.pk:
        raise Refused("Vùng trồng này không phải của chủ thể.", field="area")
    _balanced(item, quantity, note.waste_kg, used)
    day = timezone.localtime(note.at)
    best = note.best_before
    if best is None and item.shelf_life_days and note.act in ("process", "pack"):
        best = day.date() + timedelta(item.shelf_life_days)
    code = _code(item, note.code, day)
    return Lot.objects.create(
        uid=note.uid,
        item=item,
        code=code,
        key=key_of(canonical_identity(link_of(item.gtin, code))),
        made_at=note.at,
        best_before=best,
        quantity=quantity,
        area=note.area or _common_area(used),
    )


def _balanced(
    item: TradeItem, quantity: Decimal, waste: Decimal | None, used: list[tuple[Lot, Decimal]]
) -> None:
    """No more comes out than went in, where weights are known."""
    weights = [lot.item.kilograms(amount) for lot, amount in used]
    out = item.kilograms(quantity)
    if not used or out is None or None in weights:
        return
    into = sum((weight for weight in weights if weight is not None), Decimal(0))
    if out + (waste or 0) > into:
        raise Refused(
            f"Đầu ra và hao hụt là {_shown(out + (waste or 0))} kg, nhiều hơn đầu vào "
            f"{_shown(into)} kg. Hãy xem lại số lượng, hoặc thêm lô đầu vào còn thiếu.",
            field="quantity",
        )


def _code(item: TradeItem, given: str, day: datetime) -> str:
    """The lot's code: as given, else day and running number ("261124-1")."""
    if given:
        # narrower than GS1: what is never escaped in a link, so that every server reads it alike
        if not LOT_CODE.fullmatch(given):
            raise Refused(
                "Số lô chỉ gồm chữ không dấu, số, dấu gạch và dấu chấm, nhiều nhất 20 ký tự.",
                field="code",
            )
        if item.lots.filter(code=given).exists():
            raise Refused("Hàng này đã có lô mang số đó. Hãy đặt số khác.", field="code")
        return given
    first = f"{day:%y%m%d}-"
    TradeItem.objects.select_for_update().get(pk=item.pk)
    taken = set(item.lots.filter(code__startswith=first).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{first}{n}") not in taken)


def _common_area(used: list[tuple[Lot, Decimal]]) -> GrowingArea | None:
    areas = {lot.area for lot, _ in used}
    return areas.pop() if len(areas) == 1 else None


def _source(producer: Producer, note: Note) -> Lot:
    """The seller's lot by the code on the goods: a link that names goods and lot."""
    text = note.source.strip()
    try:
        values = dict(parse(text if "://" in text else f"https://x/{text.lstrip('/')}").elements)
    except BadGs1:
        values = {}
    rows = Lot.objects.select_related("item__producer")
    found = rows.filter(item__gtin=values.get("01", ""), code=values.get("10", "")).first()
    gone = found is None or found.state == Lot.State.VOID
    if found is None or gone or found.item.producer_id == producer.pk:
        raise Refused(
            "Không tìm thấy lô của người bán theo mã này. Hãy quét lại mã của lô, hoặc để trống.",
            field="source",
        )
    if found.state_since is not None and note.at >= _minute(found.state_since):
        raise Refused(
            f"{found} đang {found.get_state_display()}: {found.state_reason}. Đừng nhận lô này.",
            field="source",
        )
    return found


def _event(producer: Producer, note: Note, lot: Lot | None, used: list[tuple[Lot, Decimal]]) -> int:
    """`used` are the lots that went into it, a seller's among them."""
    area = note.area
    deed = Deed(
        event_id=f"urn:uuid:{note.uid}",
        act=note.act,
        at=timezone.localtime(note.at),
        place=area.address if area else premises(producer),
        into=[_amount(lot, lot.quantity)] if lot else (),
        of=[_amount(one, amount) for one, amount in used],
        lot_code=lot.code if lot else "",
        best_before=lot.best_before.isoformat() if lot and lot.best_before else "",
        facts={"growingAreaCode": area.code} if area else {},
        certificates=[f"{area.address}#chung-nhan"] if area and area.certificate_number else (),
    )
    return write_event(producer, event_of(deed))


def _amount(lot: Lot, quantity: Decimal) -> Amount:
    return Amount(link_of(lot.item.gtin, lot.code), quantity, lot.item.unit)


def premises(producer: Producer) -> str:
    """How events name the place of a producer."""
    return f"{settings.BASE_URL}/noi/c{producer.pk}"


def write_event(producer: Producer, event: dict[str, Any]) -> int:
    """Into the producer's chain; its number."""
    access, _ = Access.objects.get_or_create(
        digest=f"log:{producer.pk}",  # the hash of no token
        defaults={
            "name": "sổ ghi",
            "producer": producer,
            "province": int(code_of(producer.place)),
        },
    )
    spaces = STANDARD | prefixes(event["@context"])
    return write([ready(event, spaces)], access).new[0]
