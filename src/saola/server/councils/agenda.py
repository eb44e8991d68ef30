"""The agenda: its order, the numbers samples are tasted under, their arrival, tourism on site, and
trials that are never counted."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import AgendaItem, Session
from saola.server.councils.sheets import locked_item
from saola.server.dossiers.models import Dossier
from saola.server.journal.record import record

CONCLUDED = frozenset({State.SUBMITTED, State.RECOGNISED, State.CERTIFIED, State.PUBLISHED,
                       State.NOTIFIED, State.CONCLUDED})  # fmt: skip


def _locked(session: Session, by: User) -> Session:
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    require(by, Permission.SESSION_PREPARE, session)
    if session.state == Session.State.CLOSED:
        raise Refused("Phiên đã bế mạc.")
    return session


@transaction.atomic
def arrange(session: Session, places: dict[int, int], *, by: User) -> None:
    """Set the order of presentation: place by item; equal places keep the order they had."""
    session = _locked(session, by)
    items = list(session.items.all())
    items.sort(key=lambda item: (places.get(item.pk, item.order), item.order, item.pk))
    for order, item in enumerate(items, 1):
        if item.order != order:
            item.order = order
            item.save(update_fields=["order"])
    record("arrange", f"session:{session.pk}", {"items": [item.pk for item in items]}, by=by)


@transaction.atomic
def number_samples(session: Session, *, by: User) -> int:
    """Give every tasted item that has none the next number; numbers are never given again.
    Returns how many were given."""
    session = _locked(session, by)
    items = list(session.items.select_related("dossier").order_by("order", "pk"))
    last = max((item.sample_number or 0 for item in items), default=0)
    given = 0
    for item in items:
        if item.sample_number is None and item.dossier.criteria_set.sample_units:
            given += 1
            item.sample_number = last + given
            item.save(update_fields=["sample_number"])
    if given:
        record("number_samples", f"session:{session.pk}", {"given": given}, by=by)
    return given


@transaction.atomic
def sample_arrived(session: Session, number: int, *, by: User) -> AgendaItem:
    """Check the sample of that number in; a second time changes nothing."""
    session = _locked(session, by)
    rows = session.items.select_for_update(of=("self",)).select_related("dossier__product")
    item = rows.filter(sample_number=number).first()
    if item is None:
        raise Refused(f"Phiên này không có mẫu số {number}.")
    if item.sample_in_at is None:
        item.sample_in_at, item.sample_in_by = timezone.now(), by
        item.save(update_fields=["sample_in_at", "sample_in_by"])
        record("sample_arrived", f"item:{item.pk}", {"number": number}, by=by)
    return item


@transaction.atomic
def went_there(item: AgendaItem, on: date, *, by: User) -> AgendaItem:
    """Write the day on which the council scored a tourism product where it is."""
    item = locked_item(item)
    require(by, Permission.SESSION_PREPARE, item)
    if on > timezone.localdate():
        raise Refused("Ngày đến nơi không thể sau hôm nay.", field="on")
    item.scored_on_site = on
    item.save(update_fields=["scored_on_site"])
    record("went_there", f"item:{item.pk}", {"on": on.isoformat()}, by=by)
    return item


@transaction.atomic
def add_trial(session: Session, dossier: Dossier, purpose: str, *, by: User) -> AgendaItem:
    """Put a product on the agenda to practise on, never counted: a calibration product that a
    council has concluded, or a second sample of one on this agenda under a number of its own."""
    session = _locked(session, by)
    if purpose not in (AgendaItem.Purpose.CALIBRATION, AgendaItem.Purpose.DUPLICATE):
        raise Refused("Hãy chọn sản phẩm hiệu chuẩn hoặc mẫu lặp.")
    if session.mode == Session.Mode.WRITTEN:
        raise Refused("Hiệu chuẩn chỉ dùng khi họp.")
    rows = Dossier.objects.filter(place__province_code=session.council.province_code)
    if not rows.filter(pk=dossier.pk, illustrative=session.illustrative).exists():
        raise Refused("Hồ sơ này không thuộc tỉnh, hoặc không cùng loại dữ liệu với phiên.")
    counted = session.items.filter(dossier=dossier, purpose=AgendaItem.Purpose.COUNTED)
    if purpose == AgendaItem.Purpose.CALIBRATION and dossier.state not in CONCLUDED:
        raise Refused("Sản phẩm hiệu chuẩn phải là sản phẩm Hội đồng đã kết luận.")
    if purpose == AgendaItem.Purpose.DUPLICATE and not (
        counted.exists() and dossier.criteria_set.sample_units
    ):
        raise Refused("Mẫu lặp phải là sản phẩm có mẫu, đang trong chương trình của phiên.")
    last = session.items.order_by("-order").first()
    numbers = session.items.exclude(sample_number=None).order_by("-sample_number").first()
    made = AgendaItem.objects.create(
        session=session,
        dossier=dossier,
        purpose=purpose,
        order=last.order + 1 if last else 1,
        # a duplicate is known by its number only
        sample_number=(numbers.sample_number or 0) + 1 if numbers else 1,
        cases=dossier.cases,
    )
    record("add_trial", f"item:{made.pk}", {"purpose": purpose}, by=by)
    return made


@transaction.atomic
def drop_trial(item: AgendaItem, *, by: User) -> None:
    """Take a trial off the agenda while nobody has begun a sheet on it; in an open session its row
    stays, for sheets that a tablet without a network may hold."""
    session = _locked(item.session, by)
    item = locked_item(item)
    if item.counted or item.left_reason or item.sheets.exists():
        raise Refused("Đã có phiếu chấm nên không rút khỏi chương trình được.")
    record("drop_trial", f"item:{item.pk}", {"purpose": item.purpose}, by=by)
    if session.state == Session.State.PREPARED:
        item.delete()
    else:
        item.left_reason = "đã rút khỏi chương trình"
        item.save(update_fields=["left_reason"])
