"""Petitions, complaints and reports: sent, taken up with a last day, answered with an effect."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import store
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.places.models import Place
from saola.server.places.office import code_of, setting
from saola.server.products.models import Product
from saola.server.recognition.models import Decision
from saola.server.supervision.models import Grievance

Kind, State = Grievance.Kind, Grievance.State
MOST_A_DAY = 50  # reports on one product


@dataclass(frozen=True, slots=True)
class Find:
    """What a report adds to its words: where it was seen, in words and as a commune, a picture as
    uploaded."""

    where: str = ""
    photo: Any = None
    place: Place | None = None


@transaction.atomic
def send(
    kind: str,
    product: Product | None,
    text: str,
    token: UUID,
    *,
    by: User | None,
    decision: Decision | None = None,
    contact: str = "",
    find: Find = Find(),
) -> Grievance:
    """Keep what somebody writes; the same token again changes nothing. A producer sends petitions
    and complaints on its own products, anybody a report."""
    _may_send(kind, product, find.place, by)
    if kind == Kind.COMPLAINT and product is not None:
        _about_a_decision(product, decision)
    facts = {
        "kind": kind,
        "product": product,
        "decision": decision if kind == Kind.COMPLAINT else None,
        "text": text,
        "sender": by,
        "contact": contact,
        "where": find.where,
        "place": find.place,
    }
    grievance, new = Grievance.objects.get_or_create(token=token, defaults=facts)
    if not new:
        return grievance
    if find.photo is not None:
        grievance.photo = store(find.photo)
        if not grievance.photo.kind.startswith("image/"):
            raise Refused("Hãy chọn ảnh JPEG, PNG hoặc WebP.", field="photo")
        grievance.save(update_fields=["photo"])
    said = {"kind": kind, "text": digest(text)}
    record("send_grievance", f"grievance:{grievance.pk}", said, by=by)
    _tell_office(grievance)
    return grievance


def _may_send(kind: str, product: Product | None, place: Place | None, by: User | None) -> None:
    if kind == Kind.REPORT:
        if product is None and place is None:
            raise Refused("Hãy chọn xã, phường nơi thấy.", field="place")
        lately = timezone.now() - timedelta(days=1)
        same = Grievance.objects.filter(kind=kind, sent_at__gt=lately, product=product)
        same = same.filter(place=place) if product is None else same
        if same.count() >= MOST_A_DAY:
            raise Refused("Đã có nhiều phản ánh như vậy đang chờ xem. Hãy gửi lại sau.")
    elif by is None or product is None:
        raise Refused("Hãy đăng nhập bằng tài khoản của chủ thể.")
    else:
        require(by, Permission.DOSSIER_FILE, product)


def _tell_office(grievance: Grievance) -> None:
    province = province_of(grievance)
    tell(
        f"grievance:{grievance.pk}",
        User.objects.who(Permission.SUPERVISE, f"place:{province}"),
        f"{grievance.get_kind_display().capitalize()} về {grievance.about}",
        "Có nội dung mới cần xem và trả lời.",
        about=f"grievance:{grievance.pk}",
        path=reverse("desk:grievance", args=[grievance.pk]),
    )


def _about_a_decision(product: Product, decision: Decision | None) -> None:
    if decision is None:
        raise Refused("Khiếu nại phải nêu quyết định đã ký. Chưa có quyết định thì gửi kiến nghị.")
    about = (
        decision.items.filter(dossier__product=product).exists()
        or decision.revocations.filter(product=product).exists()
        or decision.withdrawals.filter(product=product).exists()
    )
    if not about:
        raise Refused("Quyết định này không nói về sản phẩm của bạn.", field="decision")


def province_of(grievance: Grievance) -> str:
    """The code of the province whose office answers."""
    return code_of(grievance.product.place if grievance.product else grievance.place)


def last_day(grievance: Grievance, on: date) -> date | None:
    """The last day for an answer where the province has set it (`answer_days`), else None: the
    general law's limits are entered as data once they have been checked."""
    days = setting(province_of(grievance), "answer_days").get(grievance.kind)
    return on + timedelta(days) if days else None


def _locked(grievance: Grievance, by: User, *states: str) -> Grievance:
    row = Grievance.objects.select_for_update(of=("self",)).get(pk=grievance.pk)
    require(by, Permission.SUPERVISE, row)
    if row.state not in states:
        raise Refused("Việc này đã được xử lý. Hãy tải lại trang.")
    return row


@transaction.atomic
def take_up(grievance: Grievance, due_on: date, *, by: User) -> Grievance:
    """The office takes it up; its clock runs to the given day."""
    grievance = _locked(grievance, by, State.SENT)
    if due_on < timezone.localdate():
        raise Refused("Hạn trả lời không thể trước hôm nay.", field="due_on")
    grievance.state, grievance.due_on, grievance.handled_by = State.TAKEN, due_on, by
    grievance.save()
    record("take_up", f"grievance:{grievance.pk}", {"due_on": due_on.isoformat()}, by=by)
    _tell_sender(grievance, "đã được thụ lý", f"Trả lời trước hết ngày {due_on:%d/%m/%Y}.")
    return grievance


@transaction.atomic
def answer(grievance: Grievance, text: str, effect: str, *, number: str, by: User) -> Grievance:
    """Answer it, saying what comes of it."""
    grievance = _locked(grievance, by, State.TAKEN)
    if not text.strip():
        raise Refused("Hãy ghi nội dung trả lời.", field="answer")
    grievance.state, grievance.answer, grievance.effect = State.ANSWERED, text, effect
    grievance.answer_number, grievance.answered_on = number, timezone.localdate()
    grievance.handled_by = by
    grievance.save()
    facts = {"effect": effect, "answer": digest(text), "paper": number}
    record("answer_grievance", f"grievance:{grievance.pk}", facts, by=by)
    _tell_sender(grievance, "đã có trả lời", text)
    return grievance


@transaction.atomic
def decline(grievance: Grievance, reason: str, *, by: User) -> Grievance:
    """Not taken up, with the reason."""
    grievance = _locked(grievance, by, State.SENT)
    if not reason.strip():
        raise Refused("Hãy ghi rõ lý do.", field="answer")
    grievance.state, grievance.answer, grievance.handled_by = State.DECLINED, reason, by
    grievance.answered_on = timezone.localdate()
    grievance.save()
    record("decline_grievance", f"grievance:{grievance.pk}", {"reason": digest(reason)}, by=by)
    _tell_sender(grievance, "không được thụ lý", reason)
    return grievance


@transaction.atomic
def take_back(grievance: Grievance, *, by: User) -> Grievance:
    """The sender withdraws it before it is answered."""
    grievance = Grievance.objects.select_for_update(of=("self",)).get(pk=grievance.pk)
    if grievance.sender_id != by.pk:
        raise Refused("Chỉ người gửi rút được.")
    if grievance.state not in (State.SENT, State.TAKEN):
        raise Refused("Đã trả lời nên không rút được nữa.")
    grievance.state = State.WITHDRAWN
    grievance.save()
    record("withdraw_grievance", f"grievance:{grievance.pk}", {}, by=by)
    return grievance


def _tell_sender(grievance: Grievance, what: str, text: str) -> None:
    if grievance.sender is not None:
        tell(
            f"grievance:{grievance.pk}:{grievance.state}",
            [grievance.sender],
            f"{grievance.get_kind_display().capitalize()} về {grievance.about} {what}",
            text,
            about=f"grievance:{grievance.pk}",
            path=reverse("portal:grievances"),
        )
