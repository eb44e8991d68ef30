"""Every paper of the offices: written from what is recorded, in the layout of Decree 30, as PDF/A to
be signed and as DOCX to be edited."""

import io
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from saola.server.councils import actions as sittings
from saola.server.councils import prints
from saola.server.councils.models import Session
from saola.server.dossiers.models import Dossier
from saola.server.files.store import open_file
from saola.server.papers.grounds import grounds
from saola.server.papers.models import OfficialPaper
from saola.server.recognition import actions
from saola.server.recognition.models import Decision, Removal
from saola.server.supervision.inspections import plan
from saola.server.web.desk.writing.views import ABOUT
from tests.server.conftest import Office
from tests.server.test_recognition import decide, submitted
from tests.server.test_supervision import recognised  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
MM = 72 / 25.4
SIGNED = {
    "number": "12/VB-Thử",
    "dated": "24/11/2026",
    "signer": "Người Ký",
    "position": "Chi cục trưởng",
    "capacity": "TL.",
}


def written(office: Office, who: str, sort: str, pk: int, key: str, **more: Any) -> Any:
    address = reverse("desk:write", args=[sort, pk, key])
    return office.client(who).post(address, SIGNED | more)


def pdf_of(paper: OfficialPaper) -> bytes:
    return open_file(paper.file).read()


def words(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(p.get_textpage().get_text_range() for p in pages).split())


@pytest.fixture
def records(office: Office) -> dict[str, tuple[str, int]]:
    """One record of each sort, and who writes about it."""
    dossier = submitted(office, 80, 81, 82)
    decide(office, dossier)
    session = dossier.results.get().item.session
    recognition = dossier.recognitions.get()
    data = {
        "kind": "yearly",
        "title": "Kiểm tra thử",
        "basis": "kế hoạch năm",
        "team": "Người A, cơ quan",
        "first_day": timezone.localdate(),
        "last_day": timezone.localdate(),
        "province_code": "14",
    }
    inspection = plan(data, [recognition], by=office["ocop_agency"])
    removal = Removal.objects.create(
        recognition=recognition,
        kind="revoke",
        ground="không còn sản xuất",
        basis="xã xác nhận",
        concluded_on=timezone.localdate(),
        due_on=timezone.localdate(),
        opened_by=office["ocop_agency"],
    )
    return {
        "ho-so": ("ocop_agency", dossier.pk),
        "hoi-dong": ("ocop_agency", office.council.pk),
        "phien": ("hd3", session.pk),
        "kiem-tra": ("ocop_agency", inspection.pk),
        "thu-hoi": ("ocop_agency", removal.pk),
    }


def test_every_kind_is_written_as_pdf_and_docx(
    office: Office, records: dict[str, tuple[str, int]]
) -> None:
    count = 0
    for sort, (who, pk) in records.items():
        for kind in ABOUT[sort].kinds:
            name = "commune_officer" if kind.issuer == "commune" else who

            made = written(office, name, sort, pk, kind.key)
            word = written(office, name, sort, pk, kind.key, docx="")

            assert made.status_code == 302, kind.key
            paper = OfficialPaper.objects.latest("pk")
            said = words(pdf_of(paper))
            for told in ("12/VB-Thử", "Người Ký", "CHI CỤC TRƯỞNG", "Độc lập - Tự do - Hạnh phúc"):
                assert told in said, (kind.key, told)
            document = Document(io.BytesIO(word.content))
            text = " ".join(p.text for p in document.paragraphs)
            cells = " ".join(c.text for t in document.tables for r in t.rows for c in r.cells)
            assert "Người Ký" in cells
            assert kind.heading in text
            count += 1
    assert count == 21


def drawn_on(page: Any) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    boxes = [text.get_charbox(n) for n in range(text.count_chars())]
    return [box for box in boxes if box[2] - box[0] > 0.1]


def decree_30(content: bytes) -> pypdfium2.PdfDocument:
    """A4; margins 20–25 above and below, 30–35 left, 15–20 right (mm); sizes 11–14; from the second
    page on the number above, in the middle."""
    pdf = pypdfium2.PdfDocument(content)
    for number, page in enumerate(pdf, 1):
        width, height = page.get_size()
        text, boxes = page.get_textpage(), drawn_on(page)
        assert (round(width / MM), round(height / MM)) == (210, 297)
        assert min(box[0] for box in boxes) / MM >= 30
        assert (width - max(box[2] for box in boxes)) / MM >= 15
        assert min(box[1] for box in boxes) / MM >= 20
        above = [box for box in boxes if (height - box[3]) / MM < 20]
        assert bool(above) == (number > 1)
        for box in above:
            assert abs((box[0] + box[2]) / 2 - (32 + (210 - 18)) / 2 * MM) < 10 * MM
        sizes = {
            round(pypdfium2.raw.FPDFText_GetFontSize(text.raw, n))
            for n in range(text.count_chars())
        }
        assert sizes <= {0, 1, 11, 12, 13, 14}
    return pdf


def test_the_layout_of_decree_30_is_measured(
    office: Office, records: dict[str, tuple[str, int]]
) -> None:
    """Nation right, issuer left, signature right below, recipients left."""
    who, pk = records["ho-so"]
    written(office, who, "ho-so", pk, "to-trinh")
    page = decree_30(pdf_of(OfficialPaper.objects.latest("pk")))[0]
    width, height = page.get_size()
    text = page.get_textpage()

    def place(words: str) -> tuple[float, float, float, float]:
        index, count = text.search(words).get_next()
        left, _bottom, _right, top = text.get_charbox(index)
        _, _, last, _ = text.get_charbox(index + count - 1)
        return left / MM, (height - top) / MM, last / MM, top

    drawn = drawn_on(page)
    assert 30 <= min(box[0] for box in drawn) / MM <= 35
    assert 15 <= (width - max(box[2] for box in drawn)) / MM <= 20.5
    assert 20 <= (height - max(box[3] for box in drawn)) / MM <= 26
    nation, motto = place("CỘNG HÒA XÃ HỘI"), place("Độc lập")
    number, dated = place("Số: 12/VB-Thử"), place("Sơn La, ngày")
    heading, recipients = place("TỜ TRÌNH"), place("Nơi nhận")
    signer = place("CHI CỤC TRƯỞNG")
    assert nation[0] > 80 > number[0]
    assert nation[1] < motto[1] < dated[1] < heading[1] < signer[1]
    assert recipients[0] < 60
    assert signer[0] > 105


def test_papers_of_steps_have_that_layout_too(office: Office) -> None:
    """Decision with its list, minutes, notice: whole, page by page; marks of PDF/A in each."""
    dossier = office.dossier()
    session = office.session(dossier)
    item = session.items.get()
    office.seal(item, 80, 81, 82)
    sittings.close_scores(item, by=office["hd1"])
    sittings.conclude(session.items.get(), by=office["hd1"])
    sittings.close_session(session, by=office["hd1"])
    made = [prints.minutes(Session.objects.get(pk=session.pk))]
    decide(office, submitted(office, 80, 80, 80))
    paper = Decision.objects.get()
    assert paper.file is not None
    made.append(open_file(paper.file).read())

    for content in made:
        pdf = decree_30(content)
        assert "CỘNG HÒA XÃ HỘI" in pdf[0].get_textpage().get_text_range()
        with pikepdf.open(io.BytesIO(content)) as whole, whole.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
            assert whole.Root.OutputIntents[0].S == "/GTS_PDFA1"
            assert whole.Root.MarkInfo.Marked
    assert len(pypdfium2.PdfDocument(made[1])) == 2  # the list has a page of its own


def test_papers_of_steps_stand_beside_the_written_ones(
    office: Office, records: dict[str, tuple[str, int]]
) -> None:
    who, pk = records["ho-so"]
    by = office["province_leader"]
    certificate = actions.certify(Dossier.objects.get(pk=pk), timezone.localdate(), by=by)

    page = office.client(who).get(reverse("desk:papers", args=["ho-so", pk])).content.decode()

    for address in (
        reverse("desk:form-file", args=[pk, "01", "pdf"]),
        reverse("desk:decision", args=[Decision.objects.latest("pk").pk]),
        reverse("desk:signing", args=["giay-chung-nhan", certificate.pk]),
    ):
        assert address in page


def test_the_file_says_what_it_is(office: Office, records: dict[str, tuple[str, int]]) -> None:
    who, pk = records["ho-so"]
    written(office, who, "ho-so", pk, "to-trinh")

    with pikepdf.open(io.BytesIO(pdf_of(OfficialPaper.objects.latest("pk")))) as pdf:
        with pdf.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert pdf.Root.MarkInfo.Marked
        fonts = [
            font
            for font in pdf.objects
            if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all(f.keys() & {"/FontFile", "/FontFile2", "/FontFile3"} for f in fonts)


def test_grounds_are_those_in_force() -> None:
    from datetime import date

    assert grounds("26-2026", "148-2023", on=date(2026, 6, 1))[0].startswith("Căn cứ Quyết định")
    assert len(grounds("26-2026", "148-2023", on=date(2026, 6, 1))) == 2
    assert len(grounds("26-2026", "148-2023", on=date(2026, 11, 24))) == 1
    assert grounds("26-2026", on=date(2026, 1, 1)) == []


def test_who_writes_what(office: Office, records: dict[str, tuple[str, int]]) -> None:
    _, pk = records["ho-so"]
    address = reverse("desk:write", args=["ho-so", pk, "to-trinh"])

    codes = {
        name: office.client(name).get(address).status_code
        for name in ("ocop_agency", "commune_officer", "producer", "other_province", "hd2")
    }

    assert codes == {
        "ocop_agency": 200,
        "commune_officer": 404,
        "producer": 403,
        "other_province": 404,
        "hd2": 403,
    }
    for sort, key in (("ho-so", "khong-co"), ("khong-co", "to-trinh")):
        assert office.client("ocop_agency").get(
            reverse("desk:write", args=[sort, pk, key])
        ).status_code == 404  # fmt: skip
    page = office.client("ocop_agency").get(reverse("desk:papers", args=["ho-so", pk]))
    assert "Tờ trình công nhận" in page.content.decode()


def test_kept_papers_have_their_word_draft(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    decision = decide(office, dossier)
    certificate = actions.certify(dossier, timezone.localdate(), by=office["province_leader"])
    actions.publish(dossier, by=office["province_leader"])
    signed = actions.Signed("7/TB", timezone.localdate(), "Người Ký", "Chi cục trưởng", "")
    notice = actions.notify(dossier, signed, by=office["ocop_agency"])
    session = dossier.results.get().item.session
    closed = sittings.close_session(session, by=office["hd1"])
    sheet = dossier.results.get().item.sheets.first()
    leader = office.client("province_leader")
    for kind, pk, told in (
        ("quyet-dinh", decision.pk, "QUYẾT ĐỊNH"),
        ("giay-chung-nhan", certificate.pk, "GIẤY CHỨNG NHẬN"),
        ("thong-bao", notice.pk, "THÔNG BÁO"),
    ):
        answer = leader.get(reverse("desk:word", args=[kind, pk]))
        assert (told, dossier.product.name) == (told, said_in(answer.content, told, dossier))
    minutes = office.client("hd3").get(reverse("desk:word", args=["bien-ban", closed.pk]))
    own = office.client("hd1").get(reverse("jury:sheet-word", args=[sheet.pk]))
    said_in(minutes.content, "BIÊN BẢN", dossier)
    said_in(own.content, "PHIẾU ĐÁNH GIÁ", dossier)


def said_in(content: bytes, heading: str, dossier: Any) -> str:
    """The Word file holds heading and product; the product's name."""
    document = Document(io.BytesIO(content))
    text = " ".join(p.text for p in document.paragraphs)
    text += " ".join(c.text for t in document.tables for r in t.rows for c in r.cells)
    assert heading in text
    assert dossier.product.name in text
    return str(dossier.product.name)
