"""Papers read in the background: proposals, a person's word, doubts about the holder."""

import io
import shutil
from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from saola.lifecycle.machine import Refused
from saola.server.dossiers import proposals
from saola.server.dossiers.doubts import doubts
from saola.server.dossiers.evidence import add_evidence
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.journal.models import Entry
from tests.server.conftest import Office
from tools.reading_documents import FONTS, documents

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (FONTS / "Tinos-Regular.ttf").exists(), reason="chưa chạy make assets"),
]


def added(office: Office, dossier: Dossier, content: bytes, **data: Any) -> Evidence:
    return add_evidence(
        dossier,
        SimpleUploadedFile("giay.pdf", content),
        {"title": "Giấy thử", "kind": "lao-dong"} | data,
        ["3.3"],
        by=office["producer"],
    )


@pytest.fixture(scope="module")
def paper() -> Any:
    """A born-digital certificate with number, both days and an issuer."""
    return next(m for m in documents(1, seed=5) if m.kind == "VietGAP")


def test_what_was_read_is_proposed_and_counts_only_when_confirmed(
    office: Office, paper: Any, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = office.dossier()
    with django_capture_on_commit_callbacks(execute=True):
        evidence = added(office, dossier, paper.content)
    client, path = (
        office.client("producer"),
        reverse("portal:compare", args=[dossier.pk, evidence.pk]),
    )

    shown = client.get(path).content.decode()
    evidence.refresh_from_db()
    assert evidence.number == ""
    client.post(
        reverse("portal:compare", args=[dossier.pk, evidence.pk]),
        {"number": paper.truth["number"], "expires_on": paper.truth["expires_on"]},
    )

    assert paper.truth["number"] in shown
    evidence.refresh_from_db()
    assert evidence.number == paper.truth["number"]
    assert evidence.expires_on == date.fromisoformat(paper.truth["expires_on"])
    assert evidence.issued_on is None  # not chosen
    left = {found["name"] for found in proposals.open_proposals(evidence)}
    assert left == {"issued_on", "issuer", "holder"}
    assert Entry.objects.filter(act="confirm_fields").count() == 1


def test_the_proposals_stand_beside_the_paper_with_their_places(office: Office, paper: Any) -> None:
    dossier = office.dossier()
    evidence = added(office, dossier, paper.content)
    client = office.client("producer")
    compare = reverse("portal:compare", args=[dossier.pk, evidence.pk])

    Evidence.objects.filter(pk=evidence.pk).update(proposals=None, pages_read=1)
    waiting = client.get(compare)
    proposals.read(evidence.pk)
    shown = client.get(compare)
    picture = client.get(reverse("portal:evidence-page", args=[dossier.pk, evidence.pk, 1]))
    beyond = client.get(reverse("portal:evidence-page", args=[dossier.pk, evidence.pk, 99]))

    assert waiting["Refresh"] == "3"
    assert "trang 1/1" in waiting.content.decode()
    assert "Refresh" not in shown
    assert shown.content.decode().count("<rect ") >= 3
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"
    assert beyond.status_code == 404
    stranger = office.client("other_producer")
    assert stranger.get(compare).status_code == 404


def test_what_a_person_wrote_is_not_proposed_over(office: Office, paper: Any) -> None:
    evidence = added(office, office.dossier(), paper.content, number="12/TỰ-GHI")
    proposals.read(evidence.pk)
    evidence.refresh_from_db()

    names = {found["name"] for found in proposals.open_proposals(evidence)}
    assert "number" not in names
    proposals.correct(evidence, {"number": "13/SỬA-LẠI"}, by=office["producer"])

    evidence.refresh_from_db()
    assert evidence.number == "13/SỬA-LẠI"
    with pytest.raises(Refused, match="trước ngày cấp"):
        proposals.correct(
            evidence,
            {"issued_on": date(2026, 2, 1), "expires_on": date(2026, 1, 1)},
            by=office["producer"],
        )


def test_reading_twice_changes_nothing(office: Office, paper: Any) -> None:
    evidence = added(office, office.dossier(), paper.content)
    proposals.read(evidence.pk)
    Evidence.objects.filter(pk=evidence.pk).update(proposals=[])

    proposals.read(evidence.pk)

    evidence.refresh_from_db()
    assert evidence.proposals == []


def test_a_stranger_confirms_nothing(office: Office, paper: Any) -> None:
    dossier = office.dossier()
    evidence = added(office, dossier, paper.content)
    proposals.read(evidence.pk)

    path = reverse("portal:compare", args=[dossier.pk, evidence.pk])
    answer = office.client("commune_officer").post(path, {"number": "x"})

    assert answer.status_code in (403, 404)
    evidence.refresh_from_db()
    assert evidence.number == ""


def test_another_holder_on_the_paper_is_told_to_officers(office: Office, paper: Any) -> None:
    dossier = office.dossier("filed")
    evidence = added_after(office, dossier, paper)

    told = doubts(dossier, [evidence], date(2026, 11, 24))
    desk = office.client("commune_officer").get(reverse("desk:dossier", args=[dossier.pk]))

    words = f"giấy ghi tên “{paper.truth['holder']}”, khác tên chủ thể"
    assert words in told[evidence.pk]
    assert words in desk.content.decode()
    office.producer.name = paper.truth["holder"].upper()
    office.producer.save()
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert words not in str(doubts(fresh, [evidence], date(2026, 11, 24)))


def added_after(office: Office, dossier: Dossier, paper: Any) -> Evidence:
    """Evidence of a filed dossier: added while it was a draft."""
    Dossier.objects.filter(pk=dossier.pk).update(state="draft")
    evidence = added(office, dossier, paper.content)
    Dossier.objects.filter(pk=dossier.pk).update(state="filed")
    proposals.read(evidence.pk)
    return Evidence.objects.select_related("file").get(pk=evidence.pk)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="chưa có gói tesseract-ocr")
def test_a_photo_is_read_too_and_an_empty_one_gives_nothing(office: Office, paper: Any) -> None:
    picture = pypdfium2.PdfDocument(paper.content)[0].render(scale=200 / 72).to_pil()
    made = io.BytesIO()
    picture.save(made, "JPEG")
    dossier = office.dossier()
    evidence = add_evidence(
        dossier,
        SimpleUploadedFile("anh.jpg", made.getvalue()),
        {"title": "Ảnh", "kind": "lao-dong"},
        ["3.3"],
        by=office["producer"],
    )

    proposals.read(evidence.pk)

    evidence.refresh_from_db()
    found = {f["name"]: f["value"] for f in evidence.proposals or ()}
    assert found["expires_on"] == paper.truth["expires_on"]
