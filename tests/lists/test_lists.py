"""Lists set the way offices set them: found headings, merged cells, sections, old fonts."""

import contextlib
import csv
import io
import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.cli import main
from saola.lists import Unreadable, read_list
from saola.lists.cells import decision_number, score, stars
from saola.lists.columns import meaning
from saola.lists.communes import find_commune

SHARED = Path(__file__).parents[3] / "shared/data"


def workbook(*rows: list[Any], merges: tuple[str, ...] = (), names: int = 1) -> bytes:
    """An XLSX of these rows; `merges` such as "B3:B5" or "A6:F6"."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for number in range(names):
        sheet = book.add_worksheet(f"Trang {number + 1}")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
        for area in merges:
            first = area.split(":")[0]
            line, column = int(first[1:]) - 1, ord(first[0]) - 65
            sheet.merge_range(area, rows[line][column])
    book.close()
    return buffer.getvalue()


def pasted(text: str) -> bytes:
    return "\n".join(line.strip() for line in text.strip().split("\n")).encode()


PUBLISHED = workbook(
    ["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["TỈNH SƠN LA"],
    ["DANH SÁCH SẢN PHẨM OCOP ĐƯỢC CÔNG NHẬN"],
    ["(Kèm theo Quyết định số 3073/QĐ-UBND ngày 31/12/2020 của UBND tỉnh Sơn La)"],
    [],
    ["TT", "Chủ thể", "Tên sản phẩm", "Địa chỉ", None, "Kết quả", None],
    [None, None, None, "Xã", "Huyện", "Điểm", "Hạng sao"],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
    ["I", "SẢN PHẨM ĐẠT 4 SAO"],
    [1, "HTX Thái Tuấn", "Cá tép dầu khô", "Xã Chiềng Bằng", "Quỳnh Nhai", "71,50", "4 sao"],
    [2, None, "Mắm cá tép", "Xã Chiềng Bằng", "Quỳnh Nhai", 70, "★★★★"],
    ["II", "SẢN PHẨM ĐẠT 3 SAO"],
    [3, "Hộ kinh doanh (minh họa)", "Bưởi da xanh", "Xã Hua La", "Thành phố Sơn La", "55,2", None],
    ["Tổng cộng", None, "3 sản phẩm"],
    ["Ghi chú: điểm là tổng điểm trung bình."],
    merges=("B10:B11",),
)


def test_a_list_as_a_province_publishes_it() -> None:
    found = read_list(PUBLISHED)

    rows = [(r.row, r.product, r.producer, r.stars, r.score) for r in found.rows]
    assert rows == [
        (10, "Cá tép dầu khô", "HTX Thái Tuấn", 4, "71.50"),
        (11, "Mắm cá tép", "HTX Thái Tuấn", 4, "70"),
        (13, "Bưởi da xanh", "Hộ kinh doanh (minh họa)", 3, "55.2"),
    ]
    assert {(r.decision, r.decided_on, r.year) for r in found.rows} == {
        ("3073/QĐ-UBND", "2020-12-31", 2020)
    }
    assert found.rows[2].commune_code == "03670"
    assert [(s.row, s.reason) for s in found.skipped] == [
        (8, "dòng đánh số cột"),
        (9, "dòng tiêu đề nhóm"),
        (12, "dòng tiêu đề nhóm"),
        (14, "dòng tổng cộng"),
        (15, "dòng ghi chú hoặc chữ ký"),
    ]
    assert "chủ thể lấy từ ô gộp" in found.rows[1].warnings


def test_a_table_pasted_from_a_decision() -> None:
    text = """
    TT\tTên sản phẩm\tChủ thể\tĐịa chỉ\tXếp hạng
    1\tChè Shan tuyết\tHTX Tà Xùa\txã Tà Xùa, huyện Bắc Yên\t****
    2\tTrà túi lọc\tnt\tnt\tba sao
    3\tMật ong\tCông ty CP Ong\tphường Tô Hiệu\tKhông đạt
    """

    rows = read_list(pasted(text)).rows

    assert [(r.product, r.producer, r.stars) for r in rows] == [
        ("Chè Shan tuyết", "HTX Tà Xùa", 4),
        ("Trà túi lọc", "HTX Tà Xùa", 3),
        ("Mật ong", "Công ty CP Ong", None),
    ]
    assert [r.commune_code for r in rows] == ["03868", "03868", "03646"]
    assert rows[2].warnings == ("không có hạng: Không đạt",)


def test_empty_producers_are_merged_in_a_list_for_people_and_unknown_in_an_export() -> None:
    people = "TT,Tên sản phẩm,Chủ thể,Hạng\n1,Chè,HTX A,4 sao\n2,Trà,,4 sao\n"
    export = "id,product,producer,star\n1,Chè,HTX A,4\n2,Trà,,4\n".replace("star", "star_result")

    merged, unknown = read_list(people.encode()).rows[1], read_list(export.encode()).rows[1]

    assert (merged.producer, merged.warnings) == (
        "HTX A",
        ("ô chủ thể trống, lấy theo dòng trên: HTX A",),
    )
    assert (unknown.producer, unknown.warnings) == (None, ("chưa có chủ thể",))


def test_a_column_for_each_class_is_ticked() -> None:
    content = workbook(
        ["STT", "Sản phẩm", "Cơ sở sản xuất", "Hạng", None, None],
        [None, None, None, "3 sao", "4 sao", "5 sao"],
        [1, "Miến dong", "HTX B", None, "x", None],
        [2, "Chè", "HTX C", "X", None, None],
    )

    assert [r.stars for r in read_list(content).rows] == [4, 3]


def test_repeated_headings_and_a_second_table_are_followed() -> None:
    text = """
    STT;Tên sản phẩm;Chủ thể;Hạng sao
    1;Chè;HTX A;4
    STT;Tên sản phẩm;Chủ thể;Hạng sao
    2;Trà;HTX A;3
    STT;Chủ thể;Tên sản phẩm;Điểm
    1;HTX B;Rượu;75,5
    """

    found = read_list(pasted(text))

    assert [(r.product, r.producer, r.score) for r in found.rows] == [
        ("Chè", "HTX A", None),
        ("Trà", "HTX A", None),
        ("Rượu", "HTX B", "75.5"),
    ]
    assert [s.reason for s in found.skipped] == ["dòng tiêu đề lặp lại"] * 2


def test_a_product_called_like_a_heading_is_a_product() -> None:
    text = """
    TT;Tên sản phẩm;Chủ thể;Xã;Hạng
    1;Sản phẩm 2000;HTX Chủ thể;Xã Tà Xùa;4 sao
    2;Sản phẩm OCOP;Doanh nghiệp B;Xã Tà Xùa;3 sao
    """

    assert [r.product for r in read_list(pasted(text)).rows] == ["Sản phẩm 2000", "Sản phẩm OCOP"]


TCVN3 = "TT\tTªn s¶n phÈm\tChñ thÓ\tH¹ng\n1\tMiÕn dong\tHîp t¸c x· M­êng Gi«n\t4 sao\n"
VNI = "TT\tTeân saûn phaåm\tChuû theå\tHaïng\n1\tMieán dong\tHôïp taùc xaõ Möôøng Gioân\t4 sao\n"


@pytest.mark.parametrize("text", [TCVN3, VNI], ids=["tcvn3", "vni"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_old_fonts_are_turned(text: str, encoding: str) -> None:
    row = read_list(text.encode(encoding)).rows[0]

    assert (row.product, row.producer, row.stars) == ("Miến dong", "Hợp tác xã Mường Giôn", 4)
    assert any("bảng mã" in warning for warning in row.warnings)


def test_decomposed_accents_are_composed() -> None:
    text = "TT,Te\u0302n sa\u0309n pha\u0302\u0309m,Chu\u0309 the\u0302\u0309\n1,Che\u0300,HTX\n"

    assert read_list(text.encode()).rows[0].product == "Chè"


def test_html_spans_are_filled() -> None:
    page = """<table><tr><th>TT<th>Chủ thể</th><th>Tên sản phẩm</th><th>Hạng</th></tr>
    <tr><td>1</td><td rowspan="2">HTX A</td><td>Chè</td><td>4 sao</td></tr>
    <tr><td>2</td><td>Trà</td><td>3 sao</td></tr></table>"""
    page = page.replace("<th>TT<th>", "<th>TT</th><th>")

    rows = read_list(page.encode()).rows

    assert [(r.producer, r.product, r.stars) for r in rows] == [
        ("HTX A", "Chè", 4),
        ("HTX A", "Trà", 3),
    ]


def test_an_old_workbook_is_read_with_its_merged_cells() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách")
    for column, title in enumerate(["TT", "Chủ thể", "Tên sản phẩm", "Điểm", "Ngày quyết định"]):
        sheet.write(0, column, title)
    sheet.write_merge(1, 2, 1, 1, "HTX A")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for line, (product, points) in enumerate([("Chè", 71.5), ("Trà", 70)], 1):
        sheet.write(line, 2, product)
        sheet.write(line, 3, points)
        sheet.write(line, 4, date(2024, 8, 5), day)
    buffer = io.BytesIO()
    book.save(buffer)

    rows = read_list(buffer.getvalue()).rows

    assert [(r.producer, r.product, r.score, r.decided_on) for r in rows] == [
        ("HTX A", "Chè", "71.5", "2024-08-05"),
        ("HTX A", "Trà", "70", "2024-08-05"),
    ]


def test_several_sheets_say_which() -> None:
    content = workbook(["TT", "Tên sản phẩm", "Chủ thể"], [1, "Chè", "HTX A"], names=2)

    assert [r.sheet for r in read_list(content).rows] == ["Trang 1", "Trang 2"]


def test_what_is_doubtful_is_said() -> None:
    text = """
    STT,Tên sản phẩm,Chủ thể,Xã,Điểm,Hạng,Số quyết định,Ngày quyết định
    1,Chè,HTX A,Xã Không Có,68,4 sao,12/QĐ-UBND,30/02/2021
    2,Chè,HTX A,Xã Tà Xùa,một trăm,bốn hạt,mười hai,
    """

    first, second = read_list(pasted(text)).rows

    assert first.warnings == (
        "chưa hiểu ngày “30/02/2021”",
        "điểm 68 không tới khung 4 sao",
        "chưa tìm thấy xã, phường “Xã Không Có” trong danh mục",
    )
    assert second.warnings == (
        "chưa hiểu số quyết định “mười hai”",
        "chưa hiểu hạng “bốn hạt”",
        "chưa hiểu điểm “một trăm”",
        "trùng sản phẩm và chủ thể với dòng 2",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 sao", 4),
        ("4*", 4),
        ("★★★★", 4),
        ("★★★☆☆", 3),
        ("****", 4),
        ("bốn sao", 4),
        ("OCOP 3 sao", 3),
        ("Hạng 5 sao", 5),
        ("4", 4),
        ("4.0", 4),
        ("Đạt 4 sao cấp tỉnh", 4),
        ("không đạt", None),
        ("6", None),
        ("45 sao", None),
        ("", None),
    ],
)
def test_classes(text: str, found: int | None) -> None:
    assert stars(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("71,00", "71.00"), ("71.5", "71.5"), ("71 điểm", "71"), ("71,5/100", "71.5"), ("-3", None)],
)
def test_scores(text: str, found: str | None) -> None:
    assert score(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Quyết định số 4261/QĐ-UBND ngày 05/8/2021", "4261/QĐ-UBND"),
        ("279/QĐ-UBND", "279/QĐ-UBND"),
        ("757 /QD-BNN-VPĐP", "757/QĐ-BNN-VPĐP"),
        ("số 2942", "2942"),
        ("05/8/2021", None),
        ("chưa có", None),
    ],
)
def test_decision_numbers(text: str, found: str | None) -> None:
    assert decision_number(text) == found


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Tên sản phẩm OCOP", "product"),
        ("Tên chủ thể", "producer"),
        ("Địa chỉ cơ sở sản xuất (xã, huyện)", "address"),
        ("Điểm đánh giá", "score"),
        ("Đặc điểm sản phẩm", None),
        ("Số lượng sản phẩm", None),
        ("Nhóm sản phẩm", "group"),
        ("Kết quả phân hạng", "stars"),
        ("Ngày, tháng cấp", "decision_date"),
        ("Số, ngày quyết định", "decision"),
        ("Xã/phường/thị trấn", "commune"),
        ("Huyện, thành phố", "district"),
        ("Họ và tên người đại diện", "representative"),
        ("Giá trị sản xuất", None),
    ],
)
def test_headings(heading: str, name: str | None) -> None:
    assert meaning(heading) == name


@pytest.mark.parametrize(
    ("text", "district", "year", "code"),
    [
        ("Xã Hua La", "Thành phố Sơn La", 2020, "03670"),
        ("bản Hoàng Văn Thụ, xã Hua La, TP Sơn La", "", 2020, "03670"),
        ("Xã Mai Sơn (mới)", "", None, "04105"),
        ("xã Chiềng Đen (nay thuộc phường Chiềng An)", "", 2022, "03664"),
        ("Xã Mai Sơn", "huyện Tam Điệp", 2022, None),
        ("Xã Tà Xùa, tỉnh Lào Cai", "", 2026, None),
    ],
)
def test_communes(text: str, district: str, year: int | None, code: str | None) -> None:
    assert find_commune(text, district, year).code == code


def test_two_old_communes_of_one_name_are_told_apart_by_their_district() -> None:
    mai_son = find_commune("Xã Chiềng Chung", "Huyện Mai Sơn", 2022)
    moc_chau = find_commune("Xã Chiềng Chung", "Thị xã Mộc Châu", 2025)
    unclear = find_commune("Xã Chiềng Chung", "", 2022)

    assert None not in (mai_son.code, moc_chau.code)
    assert mai_son.code != moc_chau.code
    assert unclear.code is None
    assert "cần chọn" in unclear.warning


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"PK\x03\x04rest",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..",
        b"a,b\n1,2\n",
    ],
)
def test_what_is_no_list_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_list(content)

    assert str(refused.value).endswith(".")


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_anything_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read_list("TT\tTên sản phẩm\tChủ thể\n".encode() + content)


ORDERS = [("product", "Tên sản phẩm"), ("producer", "Chủ thể"), ("star", "Hạng sao")]


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="chưa có thư mục shared/data")
@pytest.mark.parametrize("seed", range(8))
def test_real_rows_come_back_from_any_order_of_columns(seed: int) -> None:
    chance = random.Random(seed)
    with (SHARED / "ocop_products_vn.csv").open(encoding="utf-8") as file:
        real = list(csv.DictReader(file))
    columns = chance.sample(ORDERS, len(ORDERS))
    forms = ["{} sao", "{}*", "{}", "Hạng {} sao", "OCOP {} sao"]
    lines = [["TT", *(title for _, title in columns)]]
    for number, row in enumerate(real, 1):
        shown = {**row, "star": chance.choice(forms).format(row["star"]) if row["star"] else ""}
        lines.append([str(number), *(shown[name] or "" for name, _ in columns)])
    content = "\n".join("\t".join(line) for line in lines).encode()

    found = read_list(content).rows

    assert [r.product for r in found] == [" ".join(r["product"].split()) for r in real]
    assert [r.stars or "" for r in found] == [int(r["star"]) if r["star"] else "" for r in real]


@pytest.mark.skipif(not SHARED.exists(), reason="chưa có thư mục shared/data")
def test_the_provinces_own_list_keeps_its_communes() -> None:
    with (SHARED / "son_la_products.csv").open(encoding="utf-8") as file:
        real = list(csv.DictReader(file))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["STT", "Tên sản phẩm", "Chủ thể", "Địa chỉ", "Hạng", "Năm"])
    for row in real:
        address = ", ".join(filter(None, (row["commune_source"], row["district_source"])))
        writer.writerow(
            [
                row["id"],
                row["product"],
                row["producer"],
                address,
                row["star"],
                row["recognition_year"],
            ]
        )

    found = read_list(buffer.getvalue().encode()).rows

    assert [r.commune_code or "" for r in found] == [r["commune_code_2025"] for r in real]


def test_the_command_prints_the_contract(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "danh-sach.xlsx"
    file.write_bytes(PUBLISHED)

    assert main(["import-list", str(file), "--dry-run", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert main(["import-list", str(file)]) == 0
    shown = capsys.readouterr().out
    (tmp_path / "hong").write_bytes(b"x")
    assert main(["import-list", str(tmp_path / "hong")]) == 2

    assert set(data) == {"columns", "rows", "skipped"}
    wanted = {
        "product",
        "producer",
        "stars",
        "score",
        "decision",
        "commune_code",
        "year",
        "warnings",
    }
    assert wanted <= data["rows"][0].keys()
    assert data["rows"][0]["score"] == "71.50"
    assert "3 sản phẩm" in shown
