"""Folding, sorting, dates, numbers."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saola.vietnamese import dates
from saola.vietnamese.folding import fold
from saola.vietnamese.numbers import decimal_comma
from saola.vietnamese.sorting import person_key, word_key
from saola.vietnamese.workdays import WorkCalendar


def test_fold_takes_off_marks_and_the_bar_of_d() -> None:
    assert fold("Đường  phên CHÈ Shan Tuyết") == "duong phen che shan tuyet"


@given(st.text(max_size=60))
def test_fold_is_the_same_for_composed_and_decomposed_text(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert fold(fold(text)) == fold(text)


def test_words_sort_by_letter_then_tone() -> None:
    words = ["dạ", "đa", "da", "ăn", "an", "ân", "ản", "án", "e", "ê"]

    assert sorted(words, key=word_key) == ["an", "ản", "án", "ăn", "ân", "da", "dạ", "đa", "e", "ê"]


def test_people_sort_by_given_name() -> None:
    people = ["Nguyễn Văn Đạt", "Trần Thị Dung", "Lò Văn An", "Cà Thị Ân", "Bùi Văn An"]

    assert sorted(people, key=person_key) == [
        "Bùi Văn An",
        "Lò Văn An",
        "Cà Thị Ân",
        "Trần Thị Dung",
        "Nguyễn Văn Đạt",
    ]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 5), 36, date(2029, 8, 5)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_add_months(start: date, months: int, end: date) -> None:
    assert dates.add_months(start, months) == end
    assert dates.months_between(start, end) in (months, months - 1)


def test_working_days_skip_week_ends_and_holidays() -> None:
    friday = date(2026, 11, 20)

    monday = date(2026, 11, 23)
    assert WorkCalendar().add(friday, 1) == monday
    assert WorkCalendar().add(friday, 15) == date(2026, 12, 11)
    assert WorkCalendar(off=frozenset({monday})).add(friday, 1) == date(2026, 11, 24)
    assert WorkCalendar(worked=frozenset({date(2026, 11, 21)})).add(friday, 1) == date(2026, 11, 21)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 60))
def test_days_left_is_the_inverse_of_adding(day: date, days: int) -> None:
    calendar = WorkCalendar()

    assert calendar.left(day, calendar.add(day, days)) == days


def test_dates_in_words() -> None:
    assert dates.long(date(2026, 2, 3)) == "ngày 03 tháng 02 năm 2026"
    assert dates.long(date(2026, 11, 23)) == "ngày 23 tháng 11 năm 2026"
    assert dates.short(date(2026, 11, 3)) == "03/11/2026"


def test_numbers_have_a_decimal_comma() -> None:
    assert [decimal_comma(t) for t in ("1234567.5", "89.9", "0", "-1200")] == [
        "1.234.567,5",
        "89,9",
        "0",
        "-1.200",
    ]
