"""Papers: Vietnamese text can be read out, fonts are ours, made-up data is stamped."""

import re
from typing import Any

import pytest
from django.utils import timezone

from saola.server.councils import actions
from saola.server.councils.models import ScoreSheet, Session
from saola.server.councils.prints import minutes, score_sheet
from saola.server.files.store import open_file
from saola.server.papers.typeset import typeset
from saola.server.recognition import actions as recognition
from saola.server.recognition.models import Certificate, Decision, Notice
from tests.server.conftest import Office
from tests.server.test_recognition import signed, submitted, text_of

ALPHABET = "ĂẰẮẲẴẶÂẦẤẨẪẬĐÊỀẾỂỄỆÔỒỐỔỖỘƠỜỚỞỠỢƯỪỨỬỮỰỲÝỶỸỴ ăằắẳẵặâầấẩẫậđêềếểễệôồốổỗộơờớởỡợưừứửữựỳýỷỹỵ ₫"


def test_every_letter_of_vietnamese_can_be_read_out() -> None:
    pdf = typeset(
        "sample_evidence", {"illustrative": False, "title": ALPHABET, "product": ALPHABET}
    )

    assert ALPHABET.replace(" ", "") in re.sub(r"[\s\u200b]", "", text_of(pdf))
    assert b"pdfaid" in pdf


def test_papers_of_recognition_say_what_was_decided(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    leader = office["province_leader"]
    recognition.decide("recognise", [dossier], signed("9/QĐ-UBND"), by=leader)
    recognition.certify(dossier, timezone.localdate(), by=leader)
    recognition.publish(dossier, by=leader)
    recognition.notify(dossier, signed("7/TB"), by=office["ocop_agency"])

    papers = [Decision.objects.get(), Certificate.objects.get(), Notice.objects.get()]
    decision, certificate, notice = (text_of(open_file(p.file).read()) for p in papers)

    assert "Công nhận 1 sản phẩm OCOP theo danh sách kèm theo" in decision
    assert dossier.product.name in decision
    assert "GIẤY CHỨNG NHẬN SẢN PHẨM OCOP" in certificate
    assert Certificate.objects.get().number in certificate
    assert "4 sao (81 điểm)" in notice
    assert "MINH HỌA" not in decision + certificate + notice


def test_sheet_and_minutes_hold_points_and_reasons(office: Office) -> None:
    dossier = office.dossier()
    session = office.session(dossier)
    item = session.items.get()
    office.seal(item, 80, 81, 81)
    actions.close_scores(item, by=office["hd1"])
    actions.conclude(item, by=office["hd1"])
    actions.close_session(session, by=office["hd1"])

    sheet = text_of(score_sheet(ScoreSheet.objects.filter(item=item).first()))
    page = text_of(minutes(Session.objects.get(pk=session.pk)))

    assert "Tổng điểm 100 80" in sheet
    assert "BIÊN BẢN HỌP" in page
    assert "80,67" in page
    assert "Có mặt 3/3 thành viên" in page


@pytest.mark.parametrize("template", ["sample_evidence"])
def test_made_up_data_is_stamped(template: str) -> None:
    data: dict[str, Any] = {"illustrative": True, "title": "a", "product": "b"}

    assert "DỮ LIỆU MINH HỌA – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in text_of(typeset(template, data))
