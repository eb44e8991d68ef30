"""From the result to certificate, register and notice; ninety and below three."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.dossiers.actions import Paper
from saola.server.dossiers.models import Dossier
from saola.server.files.store import open_file
from saola.server.papers.typeset import qr_svg
from saola.server.recognition import actions, central
from saola.server.recognition.actions import Signed
from saola.server.recognition.models import Certificate, Decision, Notice, Recognition, status_of
from saola.server.recognition.prints import certificate_address
from saola.server.recognition.queries import with_status
from tests.factories import ProductFactory
from tests.server.conftest import Office

TODAY = timezone.localdate


def signed(number: str, day: Any = None, body: str = "UBND tỉnh") -> Signed:
    return Signed(number, day or TODAY(), "Người Ký", "Chủ tịch", "TM.", body)


def decide(
    office: Office,
    dossier: Dossier,
    kind: str = "recognise",
    number: str = "9/QĐ",
    signed_on: Any = None,
) -> Decision:
    by = office["province_leader"]
    return actions.decide(kind, [dossier], signed(number, signed_on), by=by)


def forward(office: Office, dossier: Dossier) -> Dossier:
    paper = Paper("8/UBND", TODAY(), "TL.")
    return actions.forward(dossier, paper, by=office["ocop_agency"], samples_on=TODAY())


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return re.sub(r"\s+", " ", text)


def submitted(office: Office, *totals: int, **options: Any) -> Dossier:
    dossier = office.concluded(*totals, **options)
    return actions.submit(dossier, Paper("5/TTr"), by=office["ocop_agency"])


def test_four_stars_get_decision_certificate_publication_notice(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    decision = decide(office, dossier)
    certificate = actions.certify(dossier, TODAY(), by=office["province_leader"])
    assert not with_status(TODAY()).filter(published_on__isnull=False).exists()
    actions.publish(dossier, by=office["province_leader"])
    notice = actions.notify(dossier, signed("7/TB"), by=office["ocop_agency"])

    dossier.refresh_from_db()
    recognition = Recognition.objects.get()
    assert dossier.state == "notified"
    assert (recognition.stars, recognition.decision, recognition.expiry_basis) == (
        4,
        decision,
        "printed",
    )
    assert certificate.expires_on.year == TODAY().year + 3
    assert notice.number == "7/TB"
    for paper in (Decision.objects.get(), Certificate.objects.get(), Notice.objects.get()):
        assert paper.file is not None


def test_the_code_for_the_label_leads_to_the_certificates_page(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    decide(office, dossier)
    certificate = actions.certify(dossier, TODAY(), by=office["province_leader"])
    address = reverse("portal:label-qr", args=[dossier.pk])
    assert office.client("producer").get(address).status_code == 404  # not published yet
    actions.publish(dossier, by=office["province_leader"])

    answer = office.client("producer").get(address)

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.decode() == qr_svg(certificate_address(certificate))


def test_ninety_is_approved_and_forwarded_never_certified(office: Office) -> None:
    dossier = submitted(office, 91, 92, 93)

    with pytest.raises(Refused, match="từ 90"):
        decide(office, dossier)
    assert Decision.objects.count() == 0
    decide(office, dossier, "approve_result")
    with pytest.raises(Refused, match="Chưa có quyết định"):
        actions.certify(dossier, TODAY(), by=office["province_leader"])
    forward(office, dossier)
    actions.notify(dossier, signed("1/TB"), by=office["ocop_agency"])

    dossier.refresh_from_db()
    assert dossier.state == "forwarded"
    assert Certificate.objects.count() == 0


@pytest.mark.parametrize(("stars", "state"), [(5, "recognised_central"), (4, "recognised")])
def test_the_ministrys_answer(office: Office, stars: int, state: str) -> None:
    dossier = submitted(office, 91, 92, 93)
    decide(office, dossier, "approve_result")
    forward(office, dossier)
    answer = {
        "total": 92 if stars == 5 else 85,
        "stars": stars,
        "received_on": TODAY(),
        "paper": "1/BNN",
    }
    central.record_central(dossier, answer, by=office["ocop_agency"])
    by = office["ocop_agency"] if stars == 5 else office["province_leader"]

    central.decide_on_central(dossier, signed("77/QĐ", body="Bộ"), by=by)

    dossier.refresh_from_db()
    assert dossier.state == state
    assert Recognition.objects.get().stars == stars
    if stars == 5:
        notice = actions.notify(dossier, signed("1/TB"), by=office["ocop_agency"])
        dossier.refresh_from_db()
        notice.refresh_from_db()
        assert dossier.state == "notified"
        assert "5 sao theo kết quả đánh giá của Trung ương" in text_of(
            open_file(notice.file).read()
        )


def test_a_central_result_under_three_stars_ends_with_its_notice(office: Office) -> None:
    dossier = submitted(office, 91, 92, 93)
    decide(office, dossier, "approve_result")
    forward(office, dossier)
    actions.notify(dossier, signed("1/TB"), by=office["ocop_agency"])
    answer = {"total": 45, "stars": 2, "received_on": TODAY(), "paper": "1/BNN"}
    central.record_central(dossier, answer, by=office["ocop_agency"])

    notice = actions.notify(dossier, signed("2/TB"), by=office["ocop_agency"])

    dossier.refresh_from_db()
    notice.refresh_from_db()
    assert dossier.state == "notified"
    assert "2 sao theo kết quả đánh giá của Trung ương" in text_of(open_file(notice.file).read())
    assert Recognition.objects.count() == 0


def test_forwarding_needs_new_samples(office: Office) -> None:
    dossier = submitted(office, 91, 92, 93)
    decide(office, dossier, "approve_result")

    with pytest.raises(Refused, match="5 đơn vị sản phẩm mẫu"):
        actions.forward(dossier, Paper("8/UBND"), by=office["ocop_agency"])
    tomorrow = TODAY() + timedelta(1)
    with pytest.raises(Refused, match="sau hôm nay"):
        actions.forward(dossier, Paper("8/UBND"), by=office["ocop_agency"], samples_on=tomorrow)
    forward(office, dossier)

    dossier.refresh_from_db()
    assert dossier.central_samples_on == TODAY()


def test_two_stars_get_a_notice_and_nothing_else(office: Office) -> None:
    dossier = office.concluded(65, 65, 65, stars=2, fixed={"1.1": 1})

    with pytest.raises(Refused, match="dưới 3 sao"):
        actions.submit(dossier, Paper("5/TTr"), by=office["ocop_agency"])
    actions.notify(dossier, signed("2/TB"), by=office["ocop_agency"])

    dossier.refresh_from_db()
    assert dossier.state == "notified"
    assert (Decision.objects.count(), Recognition.objects.count()) == (0, 0)


def test_three_stars_are_not_notified_before_they_are_recognised(office: Office) -> None:
    dossier = office.concluded(80, 80, 80)

    with pytest.raises(Refused, match="trình công nhận trước"):
        actions.notify(dossier, signed("2/TB"), by=office["ocop_agency"])


def test_a_decision_number_is_used_once(office: Office) -> None:
    decide(office, submitted(office, 80, 80, 80))
    second = submitted(office, 80, 80, 80)

    with pytest.raises(Refused, match="đã dùng"):
        decide(office, second, number=" 9/QĐ ")

    second.refresh_from_db()
    assert second.state == "submitted"


def test_a_whole_list_is_certified_at_once(office: Office) -> None:
    dossiers = [submitted(office, 80, 80, 80) for _ in range(3)]
    by = office["province_leader"]
    decision = actions.decide("recognise", dossiers, signed("9/QĐ"), by=by)
    client, address = office.client("province_leader"), f"/can-bo/quyet-dinh/{decision.pk}/"

    page = client.get(address).content.decode()
    client.post(address)
    again = actions.certify_all(decision, TODAY(), by=by)

    assert "cho cả danh sách" in page
    assert (Certificate.objects.count(), again) == (3, 0)
    assert all(c.file is not None for c in Certificate.objects.all())


def test_dates_out_of_order_are_refused(office: Office) -> None:
    dossier = submitted(office, 80, 80, 80)

    with pytest.raises(Refused, match="không thể sau hôm nay"):
        decide(office, dossier, signed_on=TODAY() + timedelta(1))
    with pytest.raises(Refused, match="trước ngày Hội đồng"):
        decide(office, dossier, signed_on=TODAY() - timedelta(1))
    decide(office, dossier)
    with pytest.raises(Refused, match="trước ngày ký"):
        actions.certify(dossier, TODAY() - timedelta(1), by=office["province_leader"])


def test_revocation_is_public_at_once_and_needs_a_lawful_ground(office: Office) -> None:
    dossier = submitted(office, 80, 80, 80)
    decide(office, dossier)
    actions.certify(dossier, TODAY(), by=office["province_leader"])
    row = Recognition.objects.get()

    with pytest.raises(Refused, match="sáu căn cứ"):
        office.remove(row, "không thích", signed("50/QĐ"))
    office.remove(row, "không còn sản xuất", signed("50/QĐ"))

    assert with_status(TODAY()).get(pk=row.pk).status == "revoked"
    decision = Decision.objects.get(kind="revoke")
    page = text_of(open_file(decision.file).read())
    assert "Thu hồi giấy chứng nhận của 1 sản phẩm OCOP" in page
    assert Certificate.objects.get().number in page
    assert "không còn sản xuất" in page


@pytest.mark.parametrize("days", [-400, -200, -181, -180, -1, 0, 1, 179, 180, 181, 1000])
@pytest.mark.parametrize("revoked", [None, -1, 1])
def test_status_of_and_the_database_agree(db: None, days: int, revoked: int | None) -> None:
    today = TODAY()
    row = Recognition.objects.create(
        product=ProductFactory(),
        stars=3,
        expires_on=today + timedelta(days),
        revoked_on=today + timedelta(revoked) if revoked else None,
        revoked_ground="không còn sản xuất" if revoked else "",
    )

    assert with_status(today).get().status == status_of(row, today, expiring_within=180)


@pytest.mark.parametrize(
    ("year", "status"),
    [(2019, "expired"), (2022, "expired"), (2023, "unknown"), (2026, "unknown"), (None, "unknown")],
)
def test_a_year_alone_gives_no_day(db: None, year: int | None, status: str) -> None:
    on = date(2026, 11, 23)
    row = Recognition.objects.create(product=ProductFactory(), stars=3, year=year)

    assert with_status(on).get().status == status
    assert (
        status_of(
            SimpleNamespace(withdrawn_on=None, revoked_on=None, expires_on=None, year=year),
            on,
            expiring_within=180,
        )
        == status
    )
    assert row.expires_on is None


def test_a_pending_renewal_extends_only_in_the_transition(office: Office, settings: Any) -> None:
    """Art. 12.3: the window closed before the law came; beyond that by setting only."""
    last = date(2026, 8, 1)
    on = date(2026, 11, 23)
    dossier = office.dossier("agency_received", kind="renewal", filed_on=date(2026, 6, 15))
    Recognition.objects.create(product=dossier.product, stars=3, expires_on=last)

    assert with_status(on).get().status == "extended"
    assert with_status(last + timedelta(181)).get().status == "expired"
    settings.OCOP = settings.OCOP | {"extension_scope": "none"}
    assert with_status(on).get().status == "expired"
