"""Trade events: inviting, answering, telling what was sold."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.market.matching import fit_for
from saola.server.market.models import Stand, TradeEvent
from saola.server.market.reaching import told
from saola.server.products.models import Producer


@transaction.atomic
def plan_event(facts: Mapping[str, Any], province: str, *, by: User) -> TradeEvent:
    """Keep an event of the province."""
    event = TradeEvent(province_code=province, **facts)
    require(by, Permission.TRADE_OVERSEE, event)
    if event.ends_on < event.starts_on:
        raise Refused("Ngày cuối không thể trước ngày đầu.", field="ends_on")
    if TradeEvent.objects.filter(
        name=event.name, starts_on=event.starts_on, province_code=province
    ).exists():
        raise Refused("Sự kiện này đã có.")
    event.save()
    record("plan_event", f"event:{event.pk}", {"name": event.name}, by=by)
    return event


@transaction.atomic
def invite(event: TradeEvent, producers: Collection[Producer], *, by: User) -> int:
    """Invite producers; those who were are left alone. How many are new."""
    event = TradeEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    require(by, Permission.TRADE_OVERSEE, event)
    there = set(event.stands.values_list("producer", flat=True))
    fresh = [producer for producer in producers if producer.pk not in there]
    taken = event.stands.exclude(state=Stand.State.DECLINED).count()
    if event.seats is not None and taken + len(fresh) > event.seats:
        raise Refused(
            f"Sự kiện có {event.seats} gian, {taken} đã mời hoặc nhận lời; hãy chọn nhiều nhất "
            f"{max(event.seats - taken, 0)} chủ thể nữa."
        )
    fit = {one.thing.product.producer_id for one in fit_for(event, timezone.localdate())}
    if any(producer.pk not in fit for producer in fresh):
        raise Refused("Trong số đã chọn có chủ thể không đủ hạng cho sự kiện này.")
    for producer in fresh:
        stand = Stand.objects.create(event=event, producer=producer)
        told(
            producer,
            f"invite:{stand.pk}",
            f"Mời tham gia: {event.name}",
            f"{event.get_kind_display().capitalize()} tại {event.where}, từ "
            f"{event.starts_on:%d/%m/%Y} đến {event.ends_on:%d/%m/%Y}. Vào mục Bán hàng để nhận "
            "lời hoặc từ chối.",
            about=f"event:{event.pk}",
            path="/chu-the/ban-hang/",
        )
    record("invite", f"event:{event.pk}", {"producers": len(fresh)}, by=by)
    return len(fresh)


@transaction.atomic
def number_stands(event: TradeEvent, numbers: Mapping[int, str], *, by: User) -> None:
    """Which stand is whose, by the numbers of the rows."""
    require(by, Permission.TRADE_OVERSEE, event)
    for stand in event.stands.filter(pk__in=numbers):
        stand.number = numbers[stand.pk].strip()[:20]
        stand.save(update_fields=["number"])
    record("number_stands", f"event:{event.pk}", {"stands": len(numbers)}, by=by)


@transaction.atomic
def answer(stand: Stand, state: str, *, by: User) -> Stand:
    """The producer comes, or does not."""
    stand = Stand.objects.select_for_update(of=("self",)).get(pk=stand.pk)
    require(by, Permission.TRADE_KEEP, stand)
    if state not in (Stand.State.ACCEPTED, Stand.State.DECLINED):
        raise Refused("Hãy chọn tham gia hoặc không.")
    if stand.reported_at is not None:
        raise Refused("Gian hàng đã báo kết quả.")
    stand.state = state
    stand.save(update_fields=["state"])
    record("answer_invitation", f"stand:{stand.pk}", {"state": state}, by=by)
    return stand


@transaction.atomic
def report_stand(stand: Stand, facts: Mapping[str, Any], *, by: User) -> Stand:
    """What was sold, told by phone in a minute; told again it is replaced."""
    stand = Stand.objects.select_for_update(of=("self",)).select_related("event").get(pk=stand.pk)
    require(by, Permission.TRADE_KEEP, stand)
    if stand.state != Stand.State.ACCEPTED:
        raise Refused("Hãy nhận lời tham gia trước khi báo kết quả.")
    if stand.event.starts_on > timezone.localdate():
        raise Refused("Sự kiện chưa bắt đầu.")
    for field, value in facts.items():
        setattr(stand, field, value)
    stand.reported_at = timezone.now()
    stand.save()
    record("report_stand", f"stand:{stand.pk}", {}, by=by)
    return stand
