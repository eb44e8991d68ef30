"""Citizens ask, an office answers by a day."""

import uuid
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell, write_to
from saola.server.outreach.models import Question
from saola.server.places.calendar import work_calendar
from saola.server.places.office import setting

REMIND_BEFORE = timedelta(days=2)


@transaction.atomic
def ask(text: str, contact: str, token: uuid.UUID, province_code: str) -> Question:
    """Keep a question and tell the province's office; sent twice, kept once."""
    found = Question.objects.filter(token=token).first()
    if found is not None:
        if found.text != text:
            raise Refused(
                "Câu hỏi trước đã gửi rồi. Hãy mở lại trang để gửi câu mới; chữ đã nhập vẫn còn "
                "ở đây."
            )
        return found
    today, days = timezone.localdate(), setting(province_code, "answer_workdays")
    question = Question.objects.create(
        token=token,
        text=text,
        contact=contact,
        province_code=province_code,
        due_on=work_calendar(today).add(today, days),
    )
    record("ask", f"question:{question.pk}", {"text": digest(text)})
    tell(
        f"question:{question.pk}",
        User.objects.who(Permission.OUTREACH_LEAD, f"place:{province_code}"),
        "Có câu hỏi của người dân",
        f"Hạn trả lời {question.due_on:%d/%m/%Y}.",
        about=f"question:{question.pk}",
        path="/can-bo/hoi-dap/",
    )
    return question


def by_mail(question: Question) -> bool:
    """Whether what was left is one e-mail address; else somebody has to call."""
    try:
        validate_email(question.contact.strip())
    except ValidationError:
        return False
    return True


@transaction.atomic
def answer(question: Question, text: str, *, by: User, public: bool, shown: str = "") -> Question:
    """Answer it; by e-mail where one was left, and for all where it helps others: then `shown` is
    the question as everybody may read it."""
    question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    require(by, Permission.OUTREACH_LEAD, question)
    if not text.strip():
        raise Refused("Hãy viết câu trả lời.", field="answer")
    if public and not shown.strip():
        raise Refused("Hãy viết câu hỏi như sẽ hiện, không có tên và liên hệ.", field="shown")
    first = question.answered_at is None
    question.answer, question.public, question.shown = text, public, shown.strip()
    question.answered_at, question.answered_by = timezone.now(), by
    question.save()
    record("answer", f"question:{question.pk}", {"text": digest(text)}, by=by)
    if first and by_mail(question):
        write_to(
            f"answer:{question.pk}",
            question.contact.strip(),
            "Trả lời câu hỏi của bạn về OCOP",
            f"Bạn hỏi: {question.text}\n\nTrả lời: {text}",
            about=f"question:{question.pk}",
        )
    return question


def remind(on: date) -> int:
    """Tell the office once of questions whose day is near or over; how many."""
    near = Question.objects.filter(
        answered_at=None, reminded_on=None, due_on__lte=on + REMIND_BEFORE
    )
    told = 0
    for question in near:
        with transaction.atomic():
            rows = Question.objects.filter(pk=question.pk, reminded_on=None)
            if not rows.update(reminded_on=on):
                continue  # another run has it
            tell(
                f"question-due:{question.pk}",
                User.objects.who(Permission.OUTREACH_LEAD, f"place:{question.province_code}"),
                "Câu hỏi của người dân sắp đến hạn trả lời",
                f"Hạn {question.due_on:%d/%m/%Y}.",
                about=f"question:{question.pk}",
                path=f"/can-bo/hoi-dap/{question.pk}/",
            )
            told += 1
    return told
