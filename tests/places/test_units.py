"""Units of Sơn La through time."""

from collections import Counter
from datetime import date

from saola.places import changes, units, units_on

TODAY, SPRING, BEFORE = date(2026, 11, 23), date(2025, 3, 1), date(2024, 6, 1)


def test_counts_at_the_three_times() -> None:
    assert [len(units_on(day)) for day in (BEFORE, SPRING, TODAY)] == [204, 200, 75]


def test_today_has_67_communes_and_8_wards() -> None:
    assert Counter(unit.kind for unit in units_on(TODAY)) == {"xã": 67, "phường": 8}


def test_two_communes_of_the_same_name_stay_two() -> None:
    twins = [u for u in units_on(SPRING) if u.name == "Xã Chiềng Chung"]

    assert len(twins) == 2
    assert {u.district for u in twins} == {"Huyện Mai Sơn", "Thị xã Mộc Châu"}


def test_every_old_unit_leads_to_one_of_today() -> None:
    follow: dict[object, set[object]] = {}
    for change in changes():
        follow.setdefault(change.old, set()).add(change.new)
    today = set(units_on(TODAY))

    for unit in units():
        ends, seen = {unit}, set()
        while ends - today:
            step = (ends - today).pop()
            assert step not in seen
            seen.add(step)
            ends = (ends - {step}) | follow[step]
        assert ends <= today


def test_unchanged_units_are_one_through_time() -> None:
    kept = [u for u in units_on(TODAY) if u.valid_from != date(2025, 7, 1)]

    assert len(kept) == 7


def test_the_split_towns_are_marked_ambiguous() -> None:
    doubtful = {c.old.name for c in changes() if c.confidence == "ambiguous"}

    assert doubtful == {"Thị trấn Mộc Châu", "Thị trấn NT Mộc Châu"}
