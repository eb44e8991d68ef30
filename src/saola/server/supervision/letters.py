"""Petitions, complaints and reports: sent, taken up with a last day, answered with an effect."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.products.models import Product
from saola.server.recognition.models import Decision
from saola.server.supervision.models import Letter

Kind, State = Letter.Kind, Letter.State
MOST_OPEN = 20  # reports on one product that wait at the same time


@transaction.atomic
def send(
    kind: str,
    product: Product,
    text: str,
    token: UUID,
    *,
    by: User | None,
    decision: Decision | None = None,
    contact: str = "",
) -> Letter:
    """Keep what somebody writes; the same token again changes nothing. A producer sends petitions
    and complaints on its own products, anybody a report."""
    before = Letter.objects.filter(token=token).first()
    if before is not None:
        return before
    _may_send(kind, product, by)
    if kind == Kind.COMPLAINT:
        _about_a_decision(product, decision)
    letter = Letter.objects.create(
        kind=kind,
        product=product,
        decision=decision if kind == Kind.COMPLAINT else None,
        text=text,
        sender=by,
        contact=contact,
        token=token,
    )
    record("send_letter", f"letter:{letter.pk}", {"kind": kind, "text": digest(text)}, by=by)
    _tell_office(letter)
    return letter


def _may_send(kind: str, product: Product, by: User | None) -> None:
    if kind == Kind.REPORT:
        waiting = Letter.objects.filter(product=product, kind=kind, state=State.SENT).count()
        if waiting >= MOST_OPEN:
            raise Refused("Đã có nhiều phản ánh về sản phẩm này đang chờ xem. Hãy gửi lại sau.")
    elif by is None:
        raise Refused("Hãy đăng nhập bằng tài khoản của chủ thể.")
    else:
        require(by, Permission.DOSSIER_FILE, product)


def _tell_office(letter: Letter) -> None:
    place = letter.product.place
    if place is None:
        return
    tell(
        f"letter:{letter.pk}",
        User.objects.who(Permission.SUPERVISE, f"place:{place.province_code}"),
        f"{letter.get_kind_display().capitalize()} về {letter.product.name}",
        "Có nội dung mới cần xem và trả lời.",
        about=f"letter:{letter.pk}",
        path=reverse("desk:letter", args=[letter.pk]),
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


def last_day(kind: str, on: date) -> date | None:
    """The last day for an answer where the province has set it (`answer_days`), else None: the
    general law's limits are entered as data once they have been checked."""
    days = settings.OCOP["answer_days"].get(kind)
    return on + timedelta(days) if days else None


def _locked(letter: Letter, by: User, *states: str) -> Letter:
    row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    require(by, Permission.SUPERVISE, row)
    if row.state not in states:
        raise Refused("Việc này đã được xử lý. Hãy tải lại trang.")
    return row


@transaction.atomic
def take_up(letter: Letter, due_on: date, *, by: User) -> Letter:
    """The office takes it up; its clock runs to the given day."""
    letter = _locked(letter, by, State.SENT)
    if due_on < timezone.localdate():
        raise Refused("Hạn trả lời không thể trước hôm nay.", field="due_on")
    letter.state, letter.due_on, letter.handled_by = State.TAKEN, due_on, by
    letter.save()
    record("take_up", f"letter:{letter.pk}", {"due_on": due_on.isoformat()}, by=by)
    _tell_sender(letter, "đã được thụ lý", f"Trả lời trước hết ngày {due_on:%d/%m/%Y}.")
    return letter


@transaction.atomic
def answer(letter: Letter, text: str, effect: str, *, number: str, by: User) -> Letter:
    """Answer it, saying what comes of it."""
    letter = _locked(letter, by, State.TAKEN)
    if not text.strip():
        raise Refused("Hãy ghi nội dung trả lời.", field="answer")
    letter.state, letter.answer, letter.effect = State.ANSWERED, text, effect
    letter.answer_number, letter.answered_on = number, timezone.localdate()
    letter.handled_by = by
    letter.save()
    facts = {"effect": effect, "answer": digest(text), "paper": number}
    record("answer_letter", f"letter:{letter.pk}", facts, by=by)
    _tell_sender(letter, "đã có trả lời", text)
    return letter


@transaction.atomic
def decline(letter: Letter, reason: str, *, by: User) -> Letter:
    """Not taken up, with the reason."""
    letter = _locked(letter, by, State.SENT)
    if not reason.strip():
        raise Refused("Hãy ghi rõ lý do.", field="answer")
    letter.state, letter.answer, letter.handled_by = State.DECLINED, reason, by
    letter.answered_on = timezone.localdate()
    letter.save()
    record("decline_letter", f"letter:{letter.pk}", {"reason": digest(reason)}, by=by)
    _tell_sender(letter, "không được thụ lý", reason)
    return letter


@transaction.atomic
def take_back(letter: Letter, *, by: User) -> Letter:
    """The sender withdraws it before it is answered."""
    letter = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if letter.sender_id != by.pk:
        raise Refused("Chỉ người gửi rút được.")
    if letter.state not in (State.SENT, State.TAKEN):
        raise Refused("Đã trả lời nên không rút được nữa.")
    letter.state = State.WITHDRAWN
    letter.save()
    record("withdraw_letter", f"letter:{letter.pk}", {}, by=by)
    return letter


def _tell_sender(letter: Letter, what: str, text: str) -> None:
    if letter.sender is not None:
        tell(
            f"letter:{letter.pk}:{letter.state}",
            [letter.sender],
            f"{letter.get_kind_display().capitalize()} về {letter.product.name} {what}",
            text,
            about=f"letter:{letter.pk}",
            path=reverse("portal:letters"),
        )
