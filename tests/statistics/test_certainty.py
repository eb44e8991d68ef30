"""Standard error, limits and single voices, exactly; marks of panels as arrays."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from saola.criteria import load
from saola.scoring import MemberSheet, Panel, member_sheet, panel, score
from saola.server.demo.marks import choices_for
from saola.statistics import (
    borderline,
    class_without_each,
    ratings,
    standard_error,
    totals,
)

TEA = load("26-2026-che-tuoi-che-che-bien")


def sheet(name: str, total: int) -> MemberSheet:
    chosen = choices_for(TEA, total, stars=4)
    return member_sheet(TEA, name, {c: TEA.by_id[c].choice(o).points for c, o in chosen.items()})


def made(*given_totals: int) -> Panel:
    return panel(TEA, [sheet(f"{n}. TV", total) for n, total in enumerate(given_totals, 1)])


def test_the_standard_error_of_nine() -> None:
    assert standard_error([68, 70, 72]) == (4 / 3) ** 0.5
    assert standard_error([70]) is None


def test_near_a_limit_is_told_exactly() -> None:
    found = borderline([68, 70, 73], [30, 50, 70, 90])

    assert found is not None
    assert (found.limit, found.distance) == (70, Fraction(1, 3))
    assert borderline([80, 80, 81], [30, 50, 70, 90]) is None
    assert borderline([70, 70, 70], [70]) is None  # no doubt where all agree


@given(st.lists(st.integers(0, 100), min_size=2, max_size=9))
def test_borderline_is_the_inequality_itself(values: list[int]) -> None:
    mean = Fraction(sum(values), len(values))
    error = standard_error(values)
    found = borderline(values, [50])

    assert error is not None
    if abs(float(abs(mean - 50)) - 1.96 * error) > 1e-9:
        assert (found is not None) == (float(abs(mean - 50)) < 1.96 * error)


def test_one_voice_that_decides_is_found() -> None:
    given_panel = made(72, 71, 66)
    assert score(given_panel).stars == 3

    without = class_without_each(given_panel)

    assert without == {"1. TV": 3, "2. TV": 3, "3. TV": 4}
    assert class_without_each(made(72)) == {}


def test_marks_become_arrays() -> None:
    panels = {"a": made(80, 70), "b": made(75, 85)}

    marks, (products, members, scores) = ratings(panels), totals(panels)

    assert (products, members) == (["a", "b"], ["1. TV", "2. TV"])
    assert scores.tolist() == [[80, 70], [75, 85]]
    assert len(marks.level) == 4 * len(TEA.criteria)
    points = [marks.points[marks.criteria[c]][level]
              for c, level in zip(marks.criterion, marks.level, strict=True)]  # fmt: skip
    assert sum(points) == 80 + 70 + 75 + 85
