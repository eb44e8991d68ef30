"""Completion asked for item by item: told to producer and commune, answered each, then filed."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.dossiers.actions import advance
from saola.server.dossiers.models import CommuneReport, Dossier, RequestItem
from saola.server.dossiers.requests import Item, ask
from saola.server.notices.models import Message
from tests.server.conftest import Office
from tests.server.test_forms import words_of_pdf

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def test_each_item_is_asked_told_and_answered(office: Office) -> None:
    dossier = office.dossier("agency_received")
    page = reverse("desk:step", args=[dossier.pk, "ask_agency"])
    day = TODAY() + timedelta(7)
    data = {"answer_by": day.isoformat(), "note": "Xin gửi lại"}
    data |= {"about_1": "2.3", "text_1": "Ảnh nhãn rõ hơn", "text_2": "Bản gốc hợp đồng"}

    office.client("ocop_agency").post(page, data)

    first, second = RequestItem.objects.all()
    assert (first.about, second.about) == ("2.3", "")
    for who in ("producer", "commune_officer"):
        told = Message.objects.get(recipient=office[who])
        assert "Ảnh nhãn rõ hơn" in told.body
        assert f"{day:%d/%m/%Y}" in told.body
    with pytest.raises(Refused, match="Còn 2 mục"):
        advance(Dossier.objects.get(), "complete_agency", by=office["producer"])
    client = office.client("producer")
    for item, text in ((first, "Đã chụp lại"), (second, " ")):
        client.post(reverse("portal:answer-item", args=[item.pk]), {"answer": text})
    with pytest.raises(Refused, match="Còn 1 mục"):
        advance(Dossier.objects.get(), "complete_agency", by=office["producer"])
    client.post(reverse("portal:answer-item", args=[second.pk]), {"answer": "Đã tải"})
    advance(Dossier.objects.get(), "complete_agency", by=office["producer"])
    desk = office.client("ocop_agency").get(reverse("desk:dossier", args=[dossier.pk]))
    assert "Đã chụp lại" in desk.content.decode()
    late = client.post(
        reverse("portal:answer-item", args=[second.pk]), {"answer": "thêm"}, follow=True
    )
    assert "đã nộp nên không sửa" in late.content.decode()


def test_a_commune_asks_its_producer_only(office: Office) -> None:
    dossier = office.dossier("commune_received")
    day = TODAY() + timedelta(3)

    with pytest.raises(Refused, match="không có trong bộ"):
        ask(
            dossier,
            "ask_commune",
            [Item("99", "x")],
            note="",
            answer_by=day,
            by=office["commune_officer"],
        )
    with pytest.raises(Refused, match="lý do"):
        ask(dossier, "ask_commune", [], note=" ", answer_by=day, by=office["commune_officer"])
    ask(
        dossier,
        "ask_commune",
        [Item("", "Bản gốc")],
        note="",
        answer_by=day,
        by=office["commune_officer"],
    )

    assert Dossier.objects.get().steps.get().note == "– Bản gốc"
    assert not Message.objects.exclude(recipient=office["producer"]).exists()
    stranger = office.client("other_producer").post(
        reverse("portal:answer-item", args=[RequestItem.objects.get().pk]), {"answer": "x"}
    )
    assert stranger.status_code == 404


def test_forwarding_says_what_goes_with_it_and_the_ministrys_round(office: Office) -> None:
    dossier = office.dossier("approved", total=95)

    page = office.client("ocop_agency").get(reverse("desk:step", args=[dossier.pk, "forward"]))

    words = page.content.decode()
    assert "báo cáo của Tổ tư vấn" in words
    assert "Đề nghị hôm nay vào" in words


def test_what_goes_with_a_proposal_is_in_one_file(office: Office) -> None:
    dossier = office.dossier()
    advance(dossier, "file", by=office["producer"])
    CommuneReport.objects.create(dossier=dossier, material="Chè của bản")
    Dossier.objects.update(state="accepted")
    advance(Dossier.objects.get(), "advise", by=office["advisory_team"], note="Đủ điều kiện")

    page = reverse("desk:proposal", args=[dossier.pk])
    answer = office.client("ocop_agency").get(page)

    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = [name[3:] for name in whole.namelist()]
    assert names[0] == "Mẫu 03 báo cáo của xã.pdf"
    assert "Hồ sơ sản phẩm.pdf" in names
    report = next(name for name in whole.namelist() if "Tổ tư vấn" in name)
    assert "Đủ điều kiện" in words_of_pdf(whole.read(report))
    assert whole.testzip() is None
    for who in ("producer", "other_province", "advisory_team"):
        assert office.client(who).get(page).status_code in (403, 404), who


def test_a_mended_report_keeps_what_was_signed_before(office: Office) -> None:
    dossier = office.dossier("agency_asked")
    CommuneReport.objects.create(dossier=dossier, material="bản đã ký", file_checked=True)
    page = reverse("desk:commune-report", args=[dossier.pk])
    words = {"material": "bản đã sửa", "file_checked": "on"}

    codes = [office.client("commune_officer").post(page, words).status_code for _ in range(2)]

    report = CommuneReport.objects.get()
    assert codes == [302, 302]
    assert report.material == "bản đã sửa"
    assert [was["material"] for was in report.earlier] == [
        "bản đã ký"
    ]  # the second changed nothing
    desk = office.client("ocop_agency").get(reverse("desk:dossier", args=[dossier.pk]))
    assert "bản đã ký" in desk.content.decode()


def test_a_commune_answers_what_is_asked_of_it(office: Office) -> None:
    dossier = office.dossier("agency_received")
    day = TODAY() + timedelta(7)
    items = [Item("", "Sửa Mẫu 03", of_commune=True)]
    ask(dossier, "ask_agency", items, note="", answer_by=day, by=office["ocop_agency"])
    item = RequestItem.objects.get()

    own = office.client("producer").post(
        reverse("portal:answer-item", args=[item.pk]), {"answer": "x"}, follow=True
    )
    office.client("commune_officer").post(
        reverse("desk:answer-item", args=[item.pk]), {"answer": "Đã sửa Mẫu 03"}
    )

    assert "Vai trò của bạn không có quyền" in own.content.decode()
    item.refresh_from_db()
    assert item.answer == "Đã sửa Mẫu 03"
    advance(Dossier.objects.get(), "complete_agency", by=office["producer"])
