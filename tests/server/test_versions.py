"""What was filed: whole in one file, compared with the version before, carried into the next."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from saola.lifecycle.dossier import Kind
from saola.server.dossiers import actions, completeness
from saola.server.dossiers.draft.prefill import lapsed_since
from saola.server.dossiers.evidence import add_evidence, cite
from saola.server.dossiers.filed.bundle import archive, whole_pdf
from saola.server.dossiers.filed.versions import compare, freeze
from saola.server.dossiers.models import Citation, Dossier, Evidence
from saola.server.files.store import keep
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db


def pdf(pages: int) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(made)
    return made.getvalue()


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), (20, 90, 60)).save(made, "JPEG")
    return made.getvalue()


def add(office: Office, dossier: Dossier, name: str, content: bytes, *criteria: str) -> Evidence:
    data = {"title": f"Giấy {name}", "kind": "lao-dong"}
    upload = SimpleUploadedFile(name, content)
    return add_evidence(dossier, upload, data, list(criteria), by=office["producer"])


def filed(office: Office) -> Dossier:
    dossier = office.dossier()
    ten = add(office, dossier, "mười trang.pdf", pdf(10), "1.2", "3.3")
    cite(dossier, ten, ["1.2", "3.3"], by=office["producer"], page=7)
    add(office, dossier, "ảnh.jpg", jpeg(), "2.1")
    add(office, dossier, "lời kể.ogg", b"OggS" + b"\0" * 60, "10")
    actions.advance(dossier, "file", by=office["producer"])
    return dossier


def test_a_bookmark_leads_from_each_criterion_to_the_page_cited(office: Office) -> None:
    dossier = filed(office)

    with whole_pdf(dossier.versions.get()) as file:
        document = pypdfium2.PdfDocument(file.read())

    marks = {m.get_title(): m.get_dest().get_index() for m in document.get_toc(max_depth=1)}
    names = [title.partition(" ")[0] for title in marks]
    assert names == ["Hồ", "1.2", "2.1", "3.1", "3.3"]  # in the order of the sheet
    cover = len(document) - (10 + 1 + 1)
    at = dict(zip(names, marks.values(), strict=True))
    assert at == {"Hồ": 0, "1.2": cover + 6, "2.1": cover + 10, "3.1": cover + 11, "3.3": cover + 6}
    text = "".join(document[n].get_textpage().get_text_range() for n in range(cover))
    words = " ".join(text.split())
    assert "Giấy lời kể.ogg" in words
    assert "xem tệp ZIP" in words  # the sound has no page
    assert f"trang {cover + 11}" in words
    assert dossier.product.name in words


def test_a_paper_that_cannot_be_opened_is_named_and_the_rest_is_joined(office: Office) -> None:
    dossier = office.dossier()
    good = add(office, dossier, "tốt.pdf", pdf(2), "1.2")
    broken = keep(b"%PDF-1.4 before such files were refused", "cu.pdf", "application/pdf", pages=1)
    Evidence.objects.exclude(pk=good.pk).update(file=broken)
    actions.advance(dossier, "file", by=office["producer"])

    with whole_pdf(dossier.versions.get()) as file:
        document = pypdfium2.PdfDocument(file.read())

    assert any(m.get_title() == "Giấy tốt.pdf" for m in document.get_toc())


def test_the_zip_holds_every_paper_as_it_came(office: Office) -> None:
    dossier = filed(office)
    version = dossier.versions.get()

    with archive(version) as file, zipfile.ZipFile(file) as whole:
        assert whole.testzip() is None
        hashes = {hashlib.sha256(whole.read(n)).hexdigest() for n in whole.namelist()}
        content = json.loads(whole.read("ho-so.json"))
        names = whole.namelist()

    assert {line["sha256"] for line in version.content["evidence"]} < hashes
    assert version.sha256 in hashes  # the JSON itself is what the receipt's hash is of
    assert content == version.content
    assert "01 1.2+3.3 Giấy mười trang.pdf.pdf" in names


@pytest.mark.parametrize(
    ("who", "expected"),
    [("producer", 200), ("commune_officer", 404), ("hd1", 404), ("", 302)],
)
def test_the_whole_file_is_for_those_who_see_the_dossier(
    office: Office, who: str, expected: int
) -> None:
    dossier = filed(office)
    client = office.client(who) if who else Client()

    for kind in ("pdf", "zip"):
        answer = client.get(reverse("portal:whole", args=[dossier.pk, kind]))
        assert answer.status_code in {expected, 403 if expected == 404 else expected}
    if expected == 200:
        odd = client.get(reverse("portal:whole", args=[dossier.pk, "exe"]))
        assert odd.status_code == 404


def test_officers_and_council_open_the_whole_file(office: Office) -> None:
    dossier = filed(office)
    officer = office.client("commune_officer")

    assert officer.get(reverse("desk:whole", args=[dossier.pk, "pdf"])).status_code == 200
    item = office.session(dossier).items.get()
    zipped = office.client("hd1").get(reverse("jury:whole", args=[item.pk, "zip"]))
    assert zipped.headers["Content-Disposition"].startswith("attachment")
    stranger = office.client("producer").get(reverse("jury:whole", args=[item.pk, "zip"]))
    assert stranger.status_code in (403, 404)


def test_two_versions_show_what_changed(office: Office) -> None:
    dossier = office.dossier()
    actions.advance(dossier, "file", by=office["producer"])
    first = dossier.versions.get()
    Dossier.objects.filter(pk=dossier.pk).update(state="commune_asked", target_stars=4)
    dossier.refresh_from_db()
    own = dossier.self_assessment
    own.choices = {**own.choices, "1.1": "1.1#1"}
    own.comments = {"1.1": "đã rõ"}
    own.plan = "Thêm 2 ha"
    own.save()
    added = add(office, dossier, "mới.pdf", pdf(1), "1.2")
    Citation.objects.exclude(evidence=added).delete()

    second = freeze(Dossier.objects.get(pk=dossier.pk), by=office["producer"])

    changes = {c.what.partition(" ")[0]: (c.before, c.after) for c in compare(first, second)}
    assert changes["Hạng"] == ("3", "4")
    assert changes["1.1"][1].endswith("điểm)")
    assert changes["1.1"][0] != changes["1.1"][1]
    assert changes["1.1,"] == ("", "đã rõ")
    assert changes["Kế"] == ("Mở rộng", "Thêm 2 ha")
    papers = {c.what: (c.before, c.after) for c in compare(first, second) if "Minh" in c.what}
    assert papers == {
        "Minh chứng “Giấy”": ("cho tiêu chí 3.1", ""),
        "Minh chứng “Giấy mới.pdf”": ("", "cho tiêu chí 1.2"),
    }
    assert compare(first, first) == []
    page = office.client("producer").get(reverse("portal:version", args=[dossier.pk, 2]))
    assert "<ins>Thêm 2 ha</ins>" in page.content.decode()
    assert first.sha256 != second.sha256


def test_the_next_dossier_is_born_with_what_still_holds(office: Office) -> None:
    last = filed(office)
    today = timezone.localdate()
    Evidence.objects.filter(title="Giấy ảnh.jpg").update(expires_on=today - timedelta(1))
    Evidence.objects.filter(title="Giấy mười trang.pdf").update(expires_on=today)
    Dossier.objects.filter(pk=last.pk).update(state="notified")
    last.self_assessment.plan = "của kỳ trước"
    last.self_assessment.save()

    made = actions.start(
        last.product, Kind.RENEWAL, by=office["producer"], prior_expires_on=today, prior_stars=4
    )

    assert made.born_from == last
    assert made.self_assessment.choices == last.self_assessment.choices
    assert made.self_assessment.plan == ""
    cited = {(c.criterion, c.evidence.title, c.page) for c in made.citations.all()}
    assert cited == {
        ("1.2", "Giấy mười trang.pdf", 7),
        ("3.3", "Giấy mười trang.pdf", 7),
        ("3.1", "Giấy", None),
        ("10", "Giấy lời kể.ogg", None),
    }
    assert lapsed_since(made, today) == ["Giấy ảnh.jpg"]
    page = office.client("producer").get(reverse("portal:dossier", args=[made.pk]))
    assert "Giấy đã hết hạn, không đưa sang: Giấy ảnh.jpg." in page.content.decode()


def test_a_renewal_is_filed_with_papers_that_hold(office: Office) -> None:
    dossier = office.dossier(kind="renewal")
    before = completeness.lacking(dossier, completeness.self_assessed(dossier))
    Evidence.objects.update(
        title="Phiếu cũ", kind="khac", expires_on=timezone.localdate() - timedelta(1)
    )

    after = completeness.lacking(dossier, completeness.self_assessed(dossier))

    told = [line for line in after if line not in before]
    assert any(line.startswith("“Phiếu cũ” đã hết hạn ngày") for line in told)


def test_what_another_hand_cited_meanwhile_stays(office: Office) -> None:
    dossier = office.dossier()
    paper = Evidence.objects.get()
    cite(dossier, paper, ["1.1", "3.1"], by=office["producer"])  # somebody else, after the page

    cite(dossier, paper, ["1.2"], by=office["producer"], seen=["3.1"])

    cited = sorted(dossier.citations.values_list("criterion", flat=True))
    assert cited == ["1.1", "1.2"]


def test_another_sheet_or_a_draft_gives_nothing(office: Office) -> None:
    drafted = office.dossier()
    Dossier.objects.filter(pk=drafted.pk).update(state="withdrawn")
    product: Any = drafted.product

    made = actions.start(product, Kind.FIRST, by=office["producer"])

    assert made.born_from is None
    assert made.self_assessment.choices == {}


def test_the_slip_of_receiving_says_number_clock_and_files(office: Office) -> None:
    dossier = filed(office)
    path = reverse("portal:receipt", args=[dossier.pk, "receive_commune"])
    producer = office.client("producer")
    assert producer.get(path).status_code == 409  # not received yet
    dossier = actions.advance(dossier, "receive_commune", by=office["commune_officer"])

    answer = producer.get(path)
    words = " ".join(
        pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range().split()
    )

    assert dossier.registration_number in words
    assert "Ủy ban nhân dân xã Tà Xùa".upper() in words.upper()
    assert dossier.due_on is not None
    assert f"{dossier.due_on:%d/%m/%Y} (15 ngày làm việc)" in words
    assert "Giấy mười trang.pdf" in words
    assert dossier.versions.get().sha256 in words
    desk = office.client("commune_officer")
    assert desk.get(reverse("desk:receipt", args=[dossier.pk, "receive_commune", "pdf"])).content
    odd = producer.get(reverse("portal:receipt", args=[dossier.pk, "file"]))
    assert odd.status_code == 409
