"""Tables written for offices: what is read back is what was written, and nothing runs."""

import csv
import io
from datetime import date

import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from saola.lists.writing import csv_lines, workbook

HEAD = ("tên", "số", "ngày")


def test_days_and_numbers_stay_days_and_numbers() -> None:
    content = workbook("Bảng", HEAD, [("Chè Shan tuyết", 4, date(2026, 2, 28)), (None, 0, None)])

    (sheet,) = python_calamine.load_workbook(io.BytesIO(content)).sheet_names
    rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()
    assert sheet == "Bảng"
    assert rows == [list(HEAD), ["Chè Shan tuyết", 4, date(2026, 2, 28)], ["", 0, ""]]


def test_csv_is_what_office_spreadsheets_open() -> None:
    content = b"".join(csv_lines(HEAD, [('Chè, "ngon"', 4, date(2026, 2, 28))]))

    assert content.startswith("\ufefftên,số,ngày".encode())
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1] == [
        'Chè, "ngon"',
        "4",
        "28/02/2026",
    ]


@given(st.sampled_from("=+-@\t\r"), st.text(max_size=20))
def test_no_text_becomes_a_formula(first: str, rest: str) -> None:
    line = b"".join(csv_lines(("a",), [(first + rest,)])).decode("utf-8-sig")

    assert next(csv.reader(io.StringIO(line.partition("\r\n")[2], newline="")))[0][:1] == "'"


def test_long_tables_come_in_pieces() -> None:
    pieces = list(csv_lines(("a",), (("x" * 100,) for _ in range(1_200))))

    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\n") == 1_201
