"""The criteria sets: loss-free conversion, checks, force, fingerprints."""

import json
from datetime import date
from pathlib import Path

import pytest

from saola import criteria
from saola.criteria import checks
from saola.criteria.load import RULEBOOKS, SETS, raw

SHARED = Path(__file__).parents[3] / "shared" / "criteria"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="../shared/criteria is not here")


@needs_shared
@pytest.mark.slow
def test_conversion_is_loss_free() -> None:
    yaml = pytest.importorskip("yaml")
    from tools.convert_criteria import Loader

    files = sorted(SHARED.glob("*.yaml"))

    for file in files:
        source = yaml.load(file.read_text(encoding="utf-8"), Loader)
        number, year, slug = file.stem.split("-", 2)
        name = "rulebook" if slug == "common" else slug
        stored = json.loads((SETS / f"{number}-{year}" / f"{name}.json").read_bytes())
        stored.pop("derived", None)
        assert stored == source, file.name

    assert len(files) == 81


def test_there_are_26_sets_under_each_decision() -> None:
    ids = criteria.sheet_ids()

    assert [sum(i.startswith(book) for i in ids) for book in RULEBOOKS] == [26, 26, 26]
    for book in RULEBOOKS:
        numbers = [criteria.load(i).number for i in ids if i.startswith(book)]
        assert numbers == list(range(1, 27))


@pytest.mark.parametrize("sheet_id", criteria.sheet_ids())
def test_no_set_has_an_error(sheet_id: str) -> None:
    found = [f for f in checks.check(criteria.load(sheet_id)) if f.level == "error"]

    assert found == []


def test_part_maxima_are_those_of_the_decisions() -> None:
    sums = {
        book: {
            tuple(p.max for p in criteria.load(i).parts)
            for i in criteria.sheet_ids()
            if i.startswith(book)
        }
        for book in RULEBOOKS
    }

    assert sums == {
        "1048-2019": {(35, 25, 40)},
        "148-2023": {(40, 25, 35)},
        "26-2026": {(40, 25, 35)},
    }


def test_open_points_of_the_sources_come_out_by_name() -> None:
    found = {
        (f.sheet, f.code, f.place)
        for i in criteria.sheet_ids()
        for f in checks.check(criteria.load(i))
    }

    expected = {
        ("148-2023-che-tuoi-che-che-bien", "open-sum", "C"),
        ("148-2023-tra-tu-thuc-vat-khac", "open-sum", "C"),
        ("148-2023-ca-phe-ca-cao", "open-sum", "C"),
        ("148-2023-che-bien-tu-rau-cu-qua-hat", "under-maximum", "6.d"),
        ("1048-2019-thuc-pham-chuc-nang-thuoc", "open-sum", "C"),
        ("26-2026-che-bien-tu-rau-cu-qua-hat", "ladder-repeats", "3.1"),
        ("26-2026-hoa", "ladder-repeats", "6.2"),
        ("26-2026-du-lich", "markers-unexplained", ""),
    }
    assert expected <= found
    open_codes = {"open-sum", "under-maximum", "ladder-repeats", "markers-unexplained"}
    assert {f for f in found if f[1] in open_codes} == expected


def test_markers_of_26_2026_are_575() -> None:
    markers = [
        minimum
        for i in criteria.sheet_ids()
        if i.startswith("26-2026")
        for c in criteria.load(i).criteria
        for minimum in c.minimums
    ]

    assert len(markers) == 575


@pytest.mark.parametrize(
    ("number", "sums"), [(6, (12, 41, 48)), (7, (11, 42, 51)), (11, (12, 38, 43)), (26, (1, 5, 5))]
)
def test_minimums_alone_add_up_to_the_sums_of_the_law_page(
    number: int, sums: tuple[int, ...]
) -> None:
    found = criteria.in_force(number, on=date(2026, 11, 23))

    cumulative = tuple(
        sum(
            max((m.points for m in c.minimums if m.stars <= stars), default=0)
            for c in found.criteria
        )
        for stars in (3, 4, 5)
    )
    assert cumulative == sums


@pytest.mark.parametrize(
    ("day", "rulebook"),
    [
        (date(2019, 8, 21), "1048-2019"),
        (date(2023, 2, 23), "1048-2019"),
        (date(2023, 2, 24), "148-2023"),
        (date(2026, 5, 21), "148-2023"),
        (date(2026, 5, 22), "26-2026"),
        (date(2026, 11, 23), "26-2026"),
    ],
)
def test_the_law_of_a_day(day: date, rulebook: str) -> None:
    assert criteria.rulebook_in_force(day).id == rulebook


def test_the_law_before_the_first_decision_is_not_known() -> None:
    with pytest.raises(LookupError):
        criteria.rulebook_in_force(date(2019, 8, 20))


def test_in_force_takes_number_slug_and_id() -> None:
    day = date(2026, 11, 23)

    by_number = criteria.in_force(11, on=day)

    assert by_number is criteria.in_force("che-tuoi-che-che-bien", on=day)
    assert by_number is criteria.in_force("148-2023-che-tuoi-che-che-bien", on=day)
    with pytest.raises(LookupError):
        criteria.in_force("khong-co", on=day)


def test_fingerprint_changes_with_any_word() -> None:
    data = raw("26-2026-hoa")
    before = criteria.load("26-2026-hoa").fingerprint

    data["parts"][0]["groups"][0]["criteria"][0]["options"][0]["label_vi"] += " "

    from saola.criteria.load import fingerprint

    assert fingerprint(data) != before
    assert len(before) == len("sha256:") + 64


@pytest.mark.parametrize(
    "sheet_id", ["", "26-2026", "26-2026-", "26-2026-rulebook", "26-2026-../../load", "x" * 9000]
)
def test_unknown_ids_are_refused(sheet_id: str) -> None:
    with pytest.raises(criteria.UnknownSheet):
        criteria.load(sheet_id)


def test_option_ids_of_two_cases_count_within_the_case() -> None:
    tourism = criteria.load("26-2026-du-lich")

    ids = [choice.id for choice in tourism.by_id["8"].choices]

    assert ids[0] == "8[a]#1"
    assert "8[b]#1" in ids
    assert tourism.by_id["8"].cases["a"] == "Trường hợp 1: Dịch vụ du lịch do cộng đồng cung cấp"


@pytest.mark.parametrize(
    ("level", "day", "number", "proposals", "results"),
    [
        ("province", date(2027, 4, 29), 1, date(2027, 4, 30), date(2027, 6, 30)),
        ("province", date(2027, 4, 30), 2, date(2027, 10, 30), date(2027, 12, 30)),
        ("province", date(2027, 10, 30), 1, date(2028, 4, 30), date(2028, 6, 30)),
        ("ministry", date(2027, 7, 29), 1, date(2027, 7, 30), date(2027, 9, 30)),
        ("ministry", date(2027, 12, 1), 2, date(2028, 1, 30), date(2028, 3, 30)),
        ("ministry", date(2027, 1, 30), 1, date(2027, 7, 30), date(2027, 9, 30)),
    ],
)
def test_a_proposal_falls_in_the_round_whose_last_day_is_ahead(
    level: str, day: date, number: int, proposals: date, results: date
) -> None:
    found = criteria.rulebook("26-2026").round_for(level, day)

    assert found == criteria.Round(number, proposals, results)
    assert criteria.rulebook("148-2023").round_for(level, day) is None


def test_rulebook_facts_are_data() -> None:
    book = criteria.rulebook("26-2026")

    assert [(b.stars, b.start) for b in book.bands] == [(5, 90), (4, 70), (3, 50), (2, 30), (1, 0)]
    assert (book.validity_months, book.commune_review_days) == (36, 15)
    assert [r.results_before for r in book.rounds("province")] == [(6, 30), (12, 30)]
    assert book.facts["renewal"]["file_not_earlier_than_days"] == 180
    assert len(book.facts["revocation"]["grounds_vi"]) == 6
    assert len(book.facts["evidence_catalogue"]) == 15
