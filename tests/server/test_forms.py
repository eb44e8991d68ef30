"""Mẫu 01, 02 and 03: filled in, as PDF and as DOCX, without what must not be kept."""

import io
import os
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pypdfium2
import pytest
from django.urls import reverse
from docx import Document

from saola.lifecycle.dossier import Kind
from saola.server.dossiers import actions
from saola.server.dossiers.draft.saving import save
from saola.server.dossiers.filed.forms import whole_form
from saola.server.dossiers.models import CommuneReport, Dossier
from saola.server.products.details import save_producer, set_contents, set_partners
from tests.factories import ProducerFactory, ProductFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db


def words_of_pdf(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return " ".join("".join(p.get_textpage().get_text_range() for p in document).split())


def words_of_docx(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return " ".join(" ".join([*(p.text for p in document.paragraphs), *cells]).split())


@pytest.mark.parametrize(("kind", "read"), [("pdf", words_of_pdf), ("docx", words_of_docx)])
def test_the_forms_say_what_was_filed(office: Office, kind: str, read: object) -> None:
    dossier = office.dossier()
    save_producer(
        office.producer,
        {"representative": "Bà Thử", "tax_code": "0100047516", "phone": "0900 000 000"},
        by=office["producer"],
    )
    actions.advance(dossier, "file", by=office["producer"])
    actions.advance(Dossier.objects.get(), "receive_commune", by=office["commune_officer"])
    CommuneReport.objects.create(dossier=dossier, material="Chè của bản (lời xã)")
    save_producer(office.producer, {"representative": "Ông Sau"}, by=office["producer"])
    dossier = Dossier.objects.get()

    first, second, third = (read(whole_form(dossier, n, kind)) for n in ("01", "02", "03"))  # type: ignore[operator]

    number = dossier.registration_number
    assert number
    for said in (number, "Bà Thử", "0100047516", "dân tộc (ghi tay)", dossier.product.name):
        assert said in first, said
    assert "Ông Sau" not in first  # as it was filed
    criteria = dossier.criteria_set.criteria
    assert all(f"{c.id} " in second for c in criteria)
    for said in ("Tổng điểm tự đánh giá", " 80", "Mở rộng", "Đã làm", "IV. Kế hoạch sản xuất"):
        assert said in second, said
    assert "Chè của bản (lời xã)" in third
    assert "Những thay đổi" not in second


def test_a_renewal_tells_what_changed_and_a_box_what_is_inside(office: Office) -> None:
    dossier = office.dossier(kind=Kind.RENEWAL)
    inside = ProductFactory(producer=office.producer, name="Chè trong hộp")
    other = ProducerFactory(name="HTX cùng làm", place=office.producer.place)
    set_contents(dossier.product, [inside], by=office["producer"])
    set_partners(dossier.product, [other], by=office["producer"])
    save(dossier, {"u-packaging": "túi giấy mới"}, by=office["producer"])

    words = words_of_pdf(whole_form(dossier, "02", "pdf"))

    assert "túi giấy mới" in words
    assert "Hộp quà gồm: Chè trong hộp" in words
    assert "Chủ thể cùng làm: HTX cùng làm" in words


def test_forms_are_for_those_who_see_the_dossier(office: Office) -> None:
    dossier = office.dossier()

    own = office.client("producer").get(
        reverse("portal:form-file", args=[dossier.pk, "01", "docx"])
    )
    strange = office.client("other_producer").get(
        reverse("portal:form-file", args=[dossier.pk, "01", "pdf"])
    )
    unknown = office.client("producer").get(
        reverse("portal:form-file", args=[dossier.pk, "04", "pdf"])
    )

    assert own.status_code == 200
    assert own["Content-Disposition"].startswith("attachment")
    assert (strange.status_code, unknown.status_code) == (404, 404)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="chưa có gói libreoffice-writer-nogui")
def test_a_word_processor_opens_the_form(office: Office, tmp_path: Path) -> None:
    dossier = office.dossier()
    (tmp_path / "mau.docx").write_bytes(whole_form(dossier, "02", "docx"))

    home = f"-env:UserInstallation=file://{tmp_path}/lo"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    # with the fonts that Saola ships: old ones of some machines lack Vietnamese letters
    fonts = resources.files("saola.server.papers") / "fonts"
    settings = tmp_path / "fonts.conf"
    settings.write_text(
        f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(settings)}
    subprocess.run([*command, str(tmp_path / "mau.docx")], check=True, timeout=120, env=environment)

    words = words_of_pdf((tmp_path / "mau.pdf").read_bytes())
    assert "Báo cáo tự đánh giá về sản phẩm".upper() in words
    assert "Tổng điểm tự đánh giá" in words


def test_the_links_to_the_forms_lead_there(office: Office) -> None:
    dossier = office.dossier("agency_received")
    for name, area in (("ocop_agency", "desk"), ("producer", "portal")):
        client = office.client(name)
        page = client.get(reverse(f"{area}:dossier", args=[dossier.pk])).content.decode()
        address = reverse(f"{area}:form-file", args=[dossier.pk, "01", "pdf"])
        assert address in page
        assert client.get(address).status_code == 200
