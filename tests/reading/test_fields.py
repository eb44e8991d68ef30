"""What is read on papers: layouts, misread letters, second looks, and files that are none."""

import io
import json
import shutil
from itertools import islice
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from saola import cli
from saola.reading import Line, Unreadable, Word, propose, read_paper
from saola.reading.fields import same_holder
from saola.reading.papers import Paper
from saola.reading.pictures import readable
from tools.reading_documents import FONTS, STATES, documents

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="chưa có gói tesseract-ocr"
)
needs_fonts = pytest.mark.skipif(
    not (FONTS / "Tinos-Regular.ttf").exists(), reason="chưa chạy make assets"
)


def lines(*texts: str, confidence: float = 1.0) -> Paper:
    """A page of text, a line a twentieth of its height."""
    made = Paper()
    for row, text in enumerate(texts):
        words = tuple(
            Word(word, (at / 20, row / 20, (at + 1) / 20, (row + 1) / 20), confidence)
            for at, word in enumerate(text.split())
        )
        made.lines.append(Line(1, words))
    return made


def values(*texts: str) -> dict[str, str]:
    return {field.name: field.value for field in propose(lines(*texts))}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Số: 012/2024/ATTP-SL", "number", "012/2024/ATTP-SL"),
        ("Mã số: VG-TT- 78-535", "number", "VG-TT-78-535"),
        ("Mã số doanh nghiệp: 5500123456", "number", "5500123456"),
        ("Số phiếu: 598508112.", "number", "598508112"),
        ("Tên cơ sở: HTX Chè Thử", "holder", "HTX Chè Thử"),
        ("Khách hàng: Công ty TNHH Thử", "holder", "Công ty TNHH Thử"),
        ("Cốp cho: Hộ kinh doanh Thử", "holder", "Hộ kinh doanh Thử"),  # "ấ" read as "ố"
        ("Cơ quan cấp: Chi cục Thử", "issuer", "Chi cục Thử"),
        ("Ngày cấp: 05/08/2026", "issued_on", "2026-08-05"),
        ("Ngòy cếp: 05/08/2026", "issued_on", "2026-08-05"),
        ("Sơn La, ngày 5 tháng 8 năm 2026", "issued_on", "2026-08-05"),
        ("Sơn La, ngày 04 tháóng O2 năm 2026", "issued_on", "2026-02-04"),
        ("Có giá trị đến ngày 5 tháng 8 năm 2029", "expires_on", "2029-08-05"),
        ("Ngày hết hạn: 5.8.2029", "expires_on", "2029-08-05"),
    ],
)
def test_fields_are_found_by_the_words_before_them(text: str, name: str, value: str) -> None:
    assert values(text) == {name: value}


@pytest.mark.parametrize(
    "text",
    [
        "Số điện thoại: 0912345678",
        "Số nhà: 12, bản Thử",
        "Số lượng: 500 hộp",
        "TCVN 11892-1:2017",
        "Ngày 32/13/2026",
        "Chè xanh 05/08/2026",  # a day of which nothing is said
    ],
)
def test_other_numbers_and_days_are_left_alone(text: str) -> None:
    assert values(text) == {}


def test_two_days_of_one_line_are_told_apart() -> None:
    found = values("Ngày cấp: 17/09/2026 Ngày hết hạn: 17/09/2029")

    assert found == {"issued_on": "2026-09-17", "expires_on": "2029-09-17"}


def test_a_term_gives_the_last_day_and_is_never_sure() -> None:
    found = {
        field.name: field
        for field in propose(
            lines("Sơn La, ngày 10 tháng 6 năm", "2022", "Giấy có hiệu lực 5 năm kể từ ngày ký.")
        )
    }

    assert found["issued_on"].value == "2022-06-10"  # the year stands on the next line
    assert found["expires_on"].value == "2027-06-10"
    assert found["expires_on"].confidence < 0.9


def test_the_place_of_a_field_is_that_of_its_words() -> None:
    (field,) = propose(lines("Chè", "Ngày cấp: 05/08/2026"))

    assert field.box == (2 / 20, 1 / 20, 3 / 20, 2 / 20)
    assert field.page == 1


def test_unsure_words_make_unsure_fields() -> None:
    (field,) = propose(lines("Số: 12/GCN", confidence=0.5))

    assert field.confidence < 0.5


@pytest.mark.parametrize(
    ("read", "known", "same"),
    [
        ("HTX Nông nghiệp Mường Thử", "Hợp tác xã nông nghiệp Mường Thử", True),
        ("CÔNG TY TNHH CHÈ THỬ", "Chè Thử", True),
        ("Hộ kinh doanh Bản A", "Hộ kinh doanh Bản B", False),
    ],
)
def test_holders_are_compared_without_their_legal_form(read: str, known: str, same: bool) -> None:
    assert same_holder(read, known) is same


@needs_fonts
def test_born_digital_papers_are_read_without_a_fault() -> None:
    for made in documents(3, seed=5):
        if made.state != STATES[0]:
            continue
        found = {f.name: f.value for f in propose(read_paper(made.content))}
        assert found.items() >= made.truth.items(), made.kind


@needs_fonts
@needs_tesseract
@pytest.mark.parametrize("state", STATES[1:])
def test_scans_and_photos_are_read_and_what_is_sure_is_right(state: str) -> None:
    for made in islice(documents(1, seed=5), 8):
        if made.state != state:
            continue
        found = {f.name: f for f in propose(read_paper(made.content))}
        assert {"number", "holder", "issued_on"} <= set(found), made.kind
        for name, truth in made.truth.items():
            field = found[name]
            right = same_holder(field.value, truth) if name == "holder" else field.value == truth
            assert right or field.confidence < 0.9, field


def test_a_page_on_a_dark_table_is_cut_out() -> None:
    table = Image.new("L", (900, 1200), 40)
    table.paste(Image.new("L", (600, 850), 240), (150, 170))

    page = readable(table)

    edge = [page.getpixel((x, y)) for x in (20, page.width - 20) for y in (20, page.height - 20)]
    assert min(edge) > 200
    assert abs(page.height / page.width - 850 / 600) < 0.05


@pytest.mark.parametrize("content", [b"", b"MZ", b"%PDF-1.4 broken", b"\xff\xd8\xff\xe0 cut"])
def test_what_is_no_paper_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_paper(content)


@needs_fonts
def test_the_command_shows_proposals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = next(documents(1))
    file = tmp_path / "giấy.pdf"
    file.write_bytes(made.content)

    assert cli.main(["read", str(file), "--format", "json"]) == 0
    found = {row["name"]: row["value"] for row in json.loads(capsys.readouterr().out)}
    assert cli.main(["read", str(file)]) == 0
    told = capsys.readouterr().out
    file.write_bytes(b"MZ")
    assert cli.main(["read", str(file)]) == 2

    assert found.items() >= made.truth.items()
    assert made.truth["number"] in told


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (10, 61)])
def test_a_strip_is_not_blown_up_to_a_page(size: tuple[int, int]) -> None:
    made = io.BytesIO()
    Image.new("1", size).save(made, "PNG")

    paper = read_paper(made.getvalue())

    assert (paper.lines, paper.pictures) == ([], {})


def test_a_page_as_large_as_a_field_is_rendered_small(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def lines_of(page: Image.Image, number: int) -> list[Line]:
        seen.append(page.size)
        return []

    monkeypatch.setattr("saola.reading.papers.lines_of", lines_of)
    monkeypatch.setattr("saola.reading.papers.LARGEST_PIXELS", 1_000_000)
    rendered: list[tuple[int, int]] = []
    monkeypatch.setattr(
        "saola.reading.papers.readable", lambda page: rendered.append(page.size) or page
    )
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(14_400, 14_400))
        page.Contents = pdf.make_stream(b"0 0 7000 7000 re f")  # an empty page is not looked at
        pdf.save(made)

    read_paper(made.getvalue())

    assert seen == rendered
    assert rendered[0][0] * rendered[0][1] <= 1_002_001


def test_a_page_without_words_gives_nothing() -> None:
    made = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(made, "PNG")
    if shutil.which("tesseract") is None:
        pytest.skip("chưa có gói tesseract-ocr")

    assert propose(read_paper(made.getvalue())) == []


def test_no_paper_holds_for_half_a_century() -> None:
    """A 3 read as an 8 is mended and never sure; a long but likely term stays."""
    head = "Ngày cấp: 13/05/2026"
    found = {f.name: f for f in propose(lines(head, "Có giá trị đến ngày 13/05/2081"))}
    likely = {f.name: f for f in propose(lines(head, "Có giá trị đến ngày 13/05/2038"))}

    assert found["expires_on"].value == "2031-05-13"
    assert found["expires_on"].confidence < 0.9
    assert likely["expires_on"].value == "2038-05-13"
    assert likely["expires_on"].confidence > 0.9


def test_a_name_that_fills_its_line_may_go_on() -> None:
    long = "Cấp cho: " + "Công ty cổ phần Thực phẩm Xanh Sạch và Dịch vụ Nông nghiệp Miền Núi Nhà"
    (found,) = (f for f in propose(lines(long)) if f.name == "holder")
    (short,) = (f for f in propose(lines("Cấp cho: HTX Mường Thử")) if f.name == "holder")

    assert found.confidence < 0.9 < short.confidence
