"""What goes wrong in real offices: communes merged meanwhile, boxes of several products, products of
two producers, days that are hard to count."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.dossiers import actions
from saola.server.dossiers.completeness import complete, renewal_window
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.files.models import StoredFile
from saola.server.files.store import open_file
from saola.server.notices.actions import send_waiting
from saola.server.notices.models import Message
from saola.server.places.actions import merge_communes
from saola.server.places.models import Place, Succession
from saola.server.preparation.actions import register_idea
from saola.server.products.details import set_contents, set_partners
from saola.server.recognition import actions as recognition
from saola.server.recognition.models import Certificate, Decision, Recognition
from saola.server.recognition.queries import Filters, register
from saola.vietnamese.dates import add_months
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory
from tests.server.conftest import Office
from tests.server.test_forms import words_of_pdf
from tests.server.test_recognition import decide, submitted
from tests.server.test_register import recognised

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def merged(office: Office, code: str = "03999") -> Place:
    PlaceFactory(code="03871", name="Xã Bên")
    call_command(
        "commune", "merge", code, "Xã Mới", "--of", "03868", "03871", "--on",
        TODAY().isoformat(), "--by", "NQ 1", verbosity=0,
    )  # fmt: skip
    return Place.objects.communes().get(code=code)


def test_a_commune_merged_after_the_filing_is_followed(office: Office) -> None:
    dossier = office.dossier("filed")
    new = merged(office)
    officer = office["other_commune"]
    grant(officer, "commune_officer", f"place:{new.code}", by=None)
    officer = office["other_commune"]

    seen = Dossier.objects.visible_to(officer)
    received = actions.advance(dossier, "receive_commune", by=officer)

    assert list(seen) == [dossier]
    assert received.place == new
    assert received.registration_number == f"1-……/PĐK-14-{new.code}-{received.year}"
    assert received.product.code.startswith(f"14-{new.code}-")


def test_a_commune_merged_after_the_numbering_keeps_the_number(office: Office) -> None:
    dossier = submitted(office, 80, 80, 80)
    Dossier.objects.update(commune_number=7)
    merged(office)
    decide(office, dossier)
    recognition.certify(dossier, TODAY(), by=office["province_leader"])

    dossier = Dossier.objects.get()
    assert dossier.place.code == "03868"
    assert dossier.registration_number.startswith("7-")
    certificate, decision = Certificate.objects.get(), Decision.objects.get()
    assert certificate.file is not None
    assert decision.file is not None
    for paper in (certificate.file, decision.file):
        words = words_of_pdf(open_file(paper).read())
        assert "Xã Tà Xùa (nay là Xã Mới)" in words


def test_a_merger_noted_twice_is_one_and_needs_known_communes(office: Office) -> None:
    merged(office, code="03868")
    before = Succession.objects.count()

    with pytest.raises(CommandError, match="không phải xã"):
        call_command(
            "commune", "merge", "1", "X", "--of", "99999", "--on", "2026-01-01", "--by", "x"
        )

    assert Succession.objects.count() == before == 2
    assert Place.objects.filter(code="03868").count() == 2  # one of then, one of now


def test_a_gift_box_says_why_its_sheet_was_chosen(office: Office) -> None:
    dossier = office.dossier()
    inside = [ProductFactory(producer=office.producer) for _ in range(2)]
    set_contents(dossier.product, inside, by=office["producer"])

    lacking = complete(dossier)
    dossier.sheet_reason = "Chè là phần chính của hộp"
    dossier.save()

    assert lacking is not None
    assert "Hộp quà" in lacking
    assert complete(dossier) is None
    strange = ProductFactory(producer=ProducerFactory())
    for wrong in (strange, dossier.product):
        with pytest.raises(Refused, match="cùng chủ thể"):
            set_contents(dossier.product, [wrong], by=office["producer"])


def test_a_product_of_two_producers_names_both(office: Office) -> None:
    dossier = submitted(office, 80, 80, 80)
    other = ProducerFactory(name="HTX Thứ Hai", place=office.producer.place)
    set_partners(dossier.product, [other], by=office["producer"])
    decide(office, dossier)
    recognition.certify(dossier, TODAY(), by=office["province_leader"])
    recognition.publish(dossier, by=office["province_leader"])

    page = office.client("producer").get(reverse("public:product", args=[dossier.product_id]))

    assert "HTX Thứ Hai" in page.content.decode()
    assert len(register(Filters(), TODAY())) == 1  # one product, one row
    with pytest.raises(Refused, match="thêm lần nữa"):
        set_partners(dossier.product, [office.producer], by=office["producer"])


def test_36_months_from_29_february_end_on_the_28th() -> None:
    assert add_months(date(2028, 2, 29), 36) == date(2031, 2, 28)
    assert add_months(date(2025, 2, 28), 36) == date(2028, 2, 28)


def test_the_window_of_a_certificate_that_ends_on_29_february(office: Office) -> None:
    dossier = office.dossier(kind="renewal", prior_expires_on=date(2028, 2, 29))
    first, last = date(2028, 2, 29) - timedelta(180), date(2028, 2, 29) - timedelta(120)

    answers = [
        renewal_window(dossier, day)
        for day in (first - timedelta(1), first, last, last + timedelta(1))
    ]

    assert [answer is None for answer in answers] == [False, True, True, False]


def test_filing_by_two_clicks_is_one_filing(office: Office) -> None:
    dossier = office.dossier()
    client, page = office.client("producer"), reverse("portal:file", args=[dossier.pk])

    codes = [client.post(page).status_code for _ in range(2)]

    assert codes[0] == 302
    assert dossier.versions.count() == 1
    assert dossier.steps.filter(step="file").count() == 1


def test_after_a_missed_window_the_product_comes_as_a_first_one(office: Office) -> None:
    product = ProductFactory(producer=office.producer)
    Recognition.objects.create(product=product, stars=3, expires_on=TODAY() + timedelta(100))
    client, page = office.client("producer"), reverse("portal:start")

    renewal = client.post(page, {"product": product.pk, "kind": "renewal"})
    found = Dossier.objects.get()
    refused = client.post(reverse("portal:file", args=[found.pk]))
    actions.advance(found, "withdraw", by=office["producer"], note="quá hạn")
    first = client.post(page, {"product": product.pk, "kind": "first"})

    assert renewal.status_code == 302
    assert refused.status_code == 409
    assert first.status_code == 302
    early = ProductFactory(producer=office.producer)
    Recognition.objects.create(product=early, stars=3, expires_on=TODAY() + timedelta(400))
    assert client.post(page, {"product": early.pk, "kind": "first"}).status_code == 400


def test_a_paper_past_its_day_is_not_there(office: Office) -> None:
    dossier = office.dossier()
    before = complete(dossier)
    Evidence.objects.update(expires_on=TODAY() - timedelta(1))

    after = complete(dossier)

    assert before is None
    assert after is not None
    assert "giấy đăng ký kinh doanh" in after
    Dossier.objects.update(state="filed")
    desk = office.client("commune_officer").get(reverse("desk:dossier", args=[dossier.pk]))
    assert "Giấy đăng ký kinh doanh" in desk.content.decode()


def test_communes_merged_twice_are_followed_to_the_end(office: Office) -> None:
    dossier = office.dossier("filed")
    first = merged(office)
    Place.objects.filter(pk=first.pk).update(valid_from=TODAY() - timedelta(9))
    second = merge_communes([Place.objects.get(pk=first.pk)], "03777", "Xã Cuối", TODAY(), "NQ 2")
    officer = office["other_commune"]
    grant(officer, "commune_officer", "place:03777", by=None)
    officer = office["other_commune"]

    assert list(Dossier.objects.visible_to(officer)) == [dossier]
    received = actions.advance(Dossier.objects.get(), "receive_commune", by=officer)
    assert received.place == second
    with pytest.raises(Refused, match="ghi trước"):
        merge_communes([second], "03666", "Xã X", TODAY() + timedelta(3), "NQ 3")


def test_the_round_is_the_provinces_clock(office: Office) -> None:
    dossier = office.dossier("reported", samples_on=TODAY())
    paper = actions.Paper("1/UBND", TODAY())
    proposed = actions.advance(dossier, "propose", by=office["commune_leader"], paper=paper)

    assert proposed.round is not None
    assert proposed.due_on == proposed.round.results_before - timedelta(1)
    assert proposed.due_kind == "calendar"


def test_a_name_of_two_lines_stops_no_mail(office: Office) -> None:
    register_idea(office.producer, "Trà\nBcc: x", "y", uuid.uuid4(), by=office["producer"])

    assert "\n" not in Message.objects.first().subject  # type: ignore[union-attr]
    send_waiting()


@pytest.mark.parametrize("page", ["/bao-dung-sai-nhan/", "/san-pham/{pk}/phan-anh/"])
def test_a_picture_of_100_mb_loses_nothing_that_was_typed(page: str) -> None:
    """From a stranger: told why, nothing kept, the words still there."""
    product = recognised(ProductFactory())
    big = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + bytes(100 * 1024 * 1024), "image/jpeg")
    told = {
        "text": "giữ lại chữ này",
        "token": str(uuid.uuid4()),
        "photo": big,
        "place": product.place_id,
    }
    answer = Client().post(page.format(pk=product.pk), told)
    assert answer.status_code in (400, 413)
    assert "giữ lại chữ này" in answer.content.decode()
    assert not StoredFile.objects.exists()
