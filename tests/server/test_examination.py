"""Samples with two names from hand-over to disposal; visits with photos; tests asked for."""

import io
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.dossiers.models import Dossier
from saola.server.examination.actions import ask_test, on_hand, receive_result, record_samples
from saola.server.examination.models import ExtraTest, SampleRecord, SiteVisit
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def acted(act: str, units: int = 5, **more: Any) -> dict[str, Any]:
    base = {"act": act, "level": "province", "units": units, "on": TODAY()}
    return base | {"giver": "Bà Giao", "taker": "Ông Nhận", "note": "", "code": ""} | more


def received(office: Office) -> Dossier:
    dossier = office.dossier("commune_received")
    record_samples(dossier, acted("hand_over"), by=office["commune_officer"])
    Dossier.objects.update(state="agency_received")
    return Dossier.objects.get()


def test_samples_go_from_hand_over_to_disposal(office: Office) -> None:
    dossier, agency = received(office), office["ocop_agency"]

    record_samples(dossier, acted("keep", note="tủ 2"), by=agency)
    record_samples(dossier, acted("code", 3, code="K-07"), by=agency)
    with pytest.raises(Refused, match="đã dùng"):
        record_samples(dossier, acted("code", 1, code="K-07"), by=agency)
    record_samples(dossier, acted("return", 2), by=agency)
    with pytest.raises(Refused, match="Chỉ còn 3"):
        record_samples(dossier, acted("dispose", 4), by=agency)
    record_samples(dossier, acted("dispose", 3), by=agency)

    assert dossier.samples_on == TODAY()
    assert on_hand(dossier, "province") == 0
    assert SampleRecord.objects.count() == 5
    paper = office.client("ocop_agency").get(reverse("desk:sample-paper", args=[dossier.pk, "pdf"]))
    document = pypdfium2.PdfDocument(paper.content)
    words = " ".join(document[0].get_textpage().get_text_range().split())
    for said in ("Bà Giao", "Ông Nhận", "tiêu hủy", "K-07", "tủ 2"):
        assert said in words, said


def test_samples_are_refused_to_others_and_without_names(office: Office) -> None:
    dossier = received(office)
    page = reverse("desk:samples", args=[dossier.pk])
    data = {"act": "keep", "level": "province", "units": "1", "on": TODAY().isoformat()}

    nameless = office.client("ocop_agency").post(page, data)
    kept = office.client("ocop_agency").post(page, data | {"giver": "A", "taker": "B"})

    assert nameless.status_code == 409
    assert nameless.content.decode().count("Hãy điền") >= 2
    assert kept.status_code == 302
    with pytest.raises(Refused):
        record_samples(dossier, acted("keep"), by=office["commune_officer"])
    for who in ("producer", "other_province", "advisory_team"):
        assert office.client(who).get(page).status_code in (403, 404), who


def test_a_visit_keeps_photos_for_those_who_see_the_dossier(office: Office) -> None:
    dossier = office.dossier("accepted")
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 60)).save(made, "PNG")
    photos = [SimpleUploadedFile(f"{n}.png", made.getvalue()) for n in (1, 2)]
    page = reverse("desk:visit", args=[dossier.pk])
    data = {"visited_on": TODAY().isoformat(), "team": "Ông A", "findings": "Xưởng sạch"}

    office.client("advisory_team").post(page, data | {"photos": photos})

    visit = SiteVisit.objects.get()
    assert visit.photos.count() == 2
    address = reverse("desk:examined-file", args=[dossier.pk, visit.photos.first().pk])  # type: ignore[union-attr]
    assert office.client("ocop_agency").get(address).status_code == 200
    assert office.client("other_province").get(address).status_code == 404
    seen = office.client("advisory_team").get(reverse("desk:dossier", args=[dossier.pk]))
    assert "Xưởng sạch" in seen.content.decode()
    refused = office.client("ocop_agency").post(page, data)  # a first dossier is the team's
    assert refused.status_code == 409


def test_a_renewal_is_visited_by_the_agency_with_a_reason(office: Office) -> None:
    dossier = office.dossier("accepted", kind="renewal")
    page = reverse("desk:visit", args=[dossier.pk])
    data = {"visited_on": TODAY().isoformat(), "team": "Ông A", "findings": "Đã mở rộng"}

    bare = office.client("ocop_agency").post(page, data)
    office.client("ocop_agency").post(page, data | {"reason": "quy mô gấp ba"})

    assert bare.status_code == 409
    assert SiteVisit.objects.get().reason == "quy mô gấp ba"


def test_a_test_is_asked_for_and_answered_once(office: Office) -> None:
    dossier, team = office.dossier("accepted"), office["advisory_team"]
    soon = TODAY() + timedelta(10)
    with pytest.raises(Refused, match="trước hôm nay"):
        ask_test(dossier, {"what": "x", "due_on": TODAY() - timedelta(1)}, by=team)
    ask = ask_test(dossier, {"what": "Kim loại nặng", "due_on": soon}, by=team)

    receive_result(ask, "Đạt", TODAY(), by=office["commune_officer"])

    with pytest.raises(Refused, match="Đã có kết quả"):
        receive_result(ask, "Không đạt", TODAY(), by=team)
    assert ExtraTest.objects.get().result == "Đạt"
