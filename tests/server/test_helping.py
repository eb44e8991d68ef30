"""Filing for a producer who cannot: consent and its proof give the right, their end takes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.accounts.models import Grant, User
from saola.server.councils.models import CouncilMember
from saola.server.councils.presence import conflicted, present_for
from saola.server.dossiers import actions
from saola.server.dossiers.models import Dossier, FiledVersion
from saola.server.journal.models import Entry
from saola.server.products.consent import add_producer, consent, end_consent
from saola.server.products.models import Consent, Producer
from tests.factories import PlaceFactory, ProducerFactory, UserFactory
from tests.server.conftest import PDF, Office

pytestmark = pytest.mark.django_db
VOICE = b"OggS" + b"\0" * 80


def said(office: Office, **changes: Any) -> dict[str, Any]:
    producer = changes.pop("producer", office.producer)
    return {
        "producer": producer.pk if producer else "",
        "kind": "household",
        "place": office.producer.place_id,
        "proof": "voice",
        "given_on": timezone.localdate().isoformat(),
        "file": SimpleUploadedFile("dong-y.ogg", VOICE),
    } | changes


def test_an_officer_files_for_a_new_producer_and_the_dossier_says_so(office: Office) -> None:
    client = office.client("commune_officer")
    data = said(office, producer=None, name="Hộ bà Thử")

    agreed = client.post(reverse("desk:helping"), data)
    started = client.post(
        reverse("portal:start"), {"name": "Mật ong", "group": "11", "kind": "first"}
    )

    assert agreed.status_code == started.status_code == 302
    dossier = Dossier.objects.get(product__name="Mật ong")
    assert dossier.product.producer == Producer.objects.get(name="Hộ bà Thử")
    assert dossier.created_by == office["commune_officer"]
    acts = Entry.objects.values_list("act", flat=True)
    assert {"add_producer", "consent", "grant"} <= set(acts)


def test_what_a_helper_files_is_told_to_the_offices(office: Office) -> None:
    dossier = office.dossier()
    officer = office["commune_officer"]
    upload = SimpleUploadedFile("giay.pdf", PDF)
    day = timezone.localdate()
    consent(office.producer, upload, proof="paper", given_on=day, by=officer)

    actions.advance(dossier, "file", by=office["commune_officer"])

    assert FiledVersion.objects.get().helped is True
    page = office.client("commune_leader").get(reverse("desk:dossier", args=[dossier.pk]))
    assert "nộp giúp chủ thể" in page.content.decode()


def test_what_the_producer_files_is_its_own(office: Office) -> None:
    dossier = office.dossier()

    actions.advance(dossier, "file", by=office["producer"])

    assert FiledVersion.objects.get().helped is False


def test_without_consent_the_officer_has_no_right(office: Office) -> None:
    dossier = office.dossier()

    with pytest.raises(Refused):
        actions.advance(dossier, "file", by=office["commune_officer"])
    page = office.client("commune_officer").get(reverse("portal:dossier", args=[dossier.pk]))
    assert page.status_code in (403, 404)


@pytest.mark.parametrize("who", ["helper", "producer"])
def test_either_ends_it_and_the_right_is_gone(office: Office, who: str) -> None:
    client = office.client("commune_officer")
    client.post(reverse("desk:helping"), said(office))
    given = Consent.objects.get()

    if who == "helper":
        client.post(reverse("desk:stop-helping", args=[given.pk]))
    else:
        shown = office.client("producer").get(reverse("portal:home")).content.decode()
        assert "Người lập hồ sơ giúp" in shown
        office.client("producer").post(reverse("portal:end-help", args=[given.pk]))

    given.refresh_from_db()
    assert given.ended_at is not None
    assert not Grant.objects.filter(role="helper").exists()
    before = Entry.objects.count()
    end_consent(given, by=office["commune_officer"])  # again: nothing
    assert Entry.objects.count() == before


def test_strangers_neither_end_nor_hear_a_consent(office: Office) -> None:
    office.client("commune_officer").post(reverse("desk:helping"), said(office))
    given = Consent.objects.get()
    elsewhere = UserFactory(role="commune_officer", role__scope="place:09999")
    stranger = Client()
    stranger.force_login(elsewhere, backend="saola.server.accounts.backends.Accounts")

    with pytest.raises(Refused):
        end_consent(given, by=User.objects.get(pk=elsewhere.pk))
    assert stranger.post(reverse("desk:stop-helping", args=[given.pk])).status_code == 404
    assert stranger.get(reverse("desk:consent-file", args=[given.pk])).status_code == 404
    own = office.client("commune_officer").get(reverse("desk:consent-file", args=[given.pk]))
    assert own.headers["Content-Type"] == "audio/ogg"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given_on": (timezone.localdate() + timedelta(1)).isoformat()}, "sau hôm nay"),
        ({"proof": "paper"}, "không hợp với hình thức"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "Chỉ nhận tệp"),
        ({"producer": None}, "điền tên chủ thể mới"),
        ({"file": ""}, "Hãy chọn"),
    ],
)
def test_wrong_consents_are_told_and_nothing_is_kept(
    office: Office, changes: dict[str, Any], words: str
) -> None:
    answer = office.client("commune_officer").post(reverse("desk:helping"), said(office, **changes))

    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Consent.objects.exists()
    assert not Grant.objects.filter(role="helper").exists()


def test_another_communes_producer_is_out_of_reach(office: Office) -> None:
    far = PlaceFactory(code="09999", name="Xã Xa")
    producer = ProducerFactory(name="HTX Xa", place=far)
    officer, day = office["commune_officer"], timezone.localdate()

    answer = office.client("commune_officer").post(
        reverse("desk:helping"), said(office, producer=producer)
    )
    assert answer.status_code == 400
    upload = SimpleUploadedFile("a.ogg", VOICE)
    with pytest.raises(Refused):
        consent(producer, upload, proof="voice", given_on=day, by=officer)
    with pytest.raises(Refused):
        add_producer("Hộ khác", "household", far, by=officer)


def test_a_second_consent_of_the_same_two_is_refused(office: Office) -> None:
    client = office.client("commune_officer")
    client.post(reverse("desk:helping"), said(office))

    again = client.post(reverse("desk:helping"), said(office))

    assert "đã đồng ý cho bạn" in again.content.decode()
    assert Consent.objects.count() == 1


def test_a_helper_on_the_council_has_no_part_in_the_product(office: Office) -> None:
    item = office.session(office.dossier()).items.get()
    member = CouncilMember.objects.get(user=office["hd2"])
    assert member.pk not in conflicted(item)

    grant(office["hd2"], "helper", f"producer:{office.producer.pk}")

    assert conflicted(item) == {member.pk}
    assert member.pk not in present_for(item)


def test_a_new_column_left_filed_versions_final(office: Office) -> None:
    dossier = office.dossier()
    actions.advance(dossier, "file", by=office["producer"])

    for change in ({"helped": True}, {"number": 9}):
        with pytest.raises(Error), transaction.atomic():
            FiledVersion.objects.update(**change)
