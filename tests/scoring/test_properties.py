"""What must hold for every panel, tried on many."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.criteria import CriteriaSet, load, sheet_ids
from saola.scoring import (
    Event,
    Invalid,
    MemberSheet,
    Panel,
    Quorum,
    Regulation,
    Rounding,
    SpreadLimit,
    member_sheet,
    panel,
    score,
)
from saola.scoring.explain import breakdown, explain, to_next_class

TEA = load("26-2026-che-tuoi-che-che-bien")
SETS = [load(i) for i in sheet_ids()]


def cases_of(s: CriteriaSet) -> dict[str, str]:
    return dict.fromkeys(s.two_case, "a")


@st.composite
def panels(draw: st.DrawFn, sizes: tuple[int, int] = (1, 5)) -> Panel:
    s = draw(st.sampled_from(SETS))
    cases = cases_of(s)
    members = [sheet(draw, s, cases, f"TV{n}") for n in range(draw(st.integers(*sizes)))]
    test = draw(st.sampled_from(["agreed_or_mean", "mean", "each_member"]))
    return panel(s, members, cases=cases, regulation=Regulation(minimum_test=test))


def sheet(draw: st.DrawFn, s: CriteriaSet, cases: dict[str, str], name: str) -> MemberSheet:
    marks = {}
    for c in s.criteria:
        options = sorted({o.points for o in c.offered(cases.get(c.id))})
        # a story and no zero where a zero stops: the properties are about figures
        if c.id == s.story or c.id in s.zero_stops:
            options = [p for p in options if p] or options
        marks[c.id] = draw(st.sampled_from(options))
    return member_sheet(s, name, marks, cases=cases)


@settings(max_examples=60, deadline=None)
@given(panels(), st.data())
def test_raising_one_point_never_lowers_total_or_class(made: Panel, data: st.DataObject) -> None:
    before = score(made)
    who = data.draw(st.integers(0, len(made.members) - 1))
    at = data.draw(st.integers(0, len(made.criteria_set.criteria) - 1))
    criterion = made.criteria_set.criteria[at]
    best = max(o.points for o in criterion.offered(made.cases.get(criterion.id)))
    member = made.members[who]
    raised = MemberSheet(member.name, (*member.points[:at], best, *member.points[at + 1 :]))
    members = [*made.members[:who], raised, *made.members[who + 1 :]]

    after = score(panel(made.criteria_set, members, cases=made.cases, regulation=made.regulation))

    assert before.total is not None
    assert after.total is not None
    assert after.total >= before.total
    assert (after.stars or 0) >= (before.stars or 0)


@settings(max_examples=60, deadline=None)
@given(panels(), st.randoms())
def test_order_of_members_changes_nothing(made: Panel, random: object) -> None:
    members = list(made.members)
    random.shuffle(members)  # type: ignore[attr-defined]

    one, other = (
        score(made),
        score(panel(made.criteria_set, members, cases=made.cases, regulation=made.regulation)),
    )

    assert (one.total, one.parts, one.band, one.stars, one.capped_by, one.spread) == (
        other.total,
        other.parts,
        other.band,
        other.stars,
        other.capped_by,
        other.spread,
    )


@settings(max_examples=60, deadline=None)
@given(panels())
def test_a_missed_minimum_never_raises_the_class(made: Panel) -> None:
    result = score(made)

    assert result.stars is not None
    assert result.band is not None
    assert result.stars <= result.band
    assert (result.stars < result.band) == bool(result.capped_by)


@settings(max_examples=60, deadline=None)
@given(panels())
def test_parts_and_breakdown_add_up(made: Panel) -> None:
    result = score(made)

    assert result.parts is not None
    assert sum(result.parts.values()) == result.total
    lines = breakdown(made)
    assert sum(line.mean for line in lines if line.kind == "criterion") == result.total
    assert sum(line.mean for line in lines if line.kind == "group") == result.total


@settings(max_examples=40, deadline=None)
@given(panels())
def test_what_is_missing_to_the_next_class_is_enough(made: Panel) -> None:
    """The named minimums and points are all that keeps it: none named, none missing."""
    result = score(made)

    step = to_next_class(result)

    if result.stars == 5:
        assert step is None
    else:
        assert step is not None
        assert step.points > 0 or step.minimums
    assert explain(result)


def test_half_open_bands_at_their_edges() -> None:
    from saola.criteria import rulebook

    book = rulebook("26-2026")
    edges = {
        Fraction(8999, 100): 4,
        Fraction(90): 5,
        Fraction(809, 9): 4,
        Fraction(70): 4,
        Fraction(139, 2): 3,
        Fraction(209, 3): 3,
        Fraction(50): 3,
        Fraction(149, 3): 2,
        Fraction(30): 2,
        Fraction(299, 10): 1,
        Fraction(0): 1,
        Fraction(100): 5,
    }

    assert {t: book.band(t.numerator, t.denominator) for t in edges} == edges


def total_of(target: int, **fixed: int) -> dict[str, int]:
    """Points of the tea sheet that add up to a total with every minimum met."""
    from saola.server.demo.marks import choices_for

    ids = choices_for(TEA, target, stars=5 if target >= 90 else 4, fixed=fixed)
    return {c: TEA.by_id[c].choice(o).points for c, o in ids.items()}


def tea(*totals: int, **regulation: object) -> Panel:
    members = [
        member_sheet(TEA, f"TV{n}", total_of(t), chair=n == 1) for n, t in enumerate(totals, 1)
    ]
    return panel(TEA, members, regulation=Regulation(**regulation))  # type: ignore[arg-type]


def test_just_under_ninety_is_four_stars() -> None:
    result = score(tea(90, 90, 90, 90, 90, 90, 90, 90, 89))

    assert (result.total, result.stars, result.forwarded) == (Fraction(809, 9), 4, False)


def test_rounding_moves_the_band_but_not_the_total() -> None:
    rounding = Rounding(0, "half_up", "total")

    result = score(tea(90, 90, 90, 90, 90, 90, 90, 90, 89, rounding=rounding))

    assert (result.total, result.band) == (Fraction(809, 9), 5)
    assert result.forwarded is False


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        (Fraction(5, 2), "half_up", 3),
        (Fraction(5, 2), "half_even", 2),
        (Fraction(7, 2), "half_even", 4),
        (Fraction(29, 10), "down", 2),
        (Fraction(26, 10), "half_even", 3),
        (Fraction(24, 10), "half_up", 2),
    ],
)
def test_rounding_modes(value: Fraction, mode: str, expected: int) -> None:
    assert Rounding(0, mode, "total").apply(value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("breaks", "low", "status"),
    [("over", 75, "scored"), ("at", 75, "spread_exceeded"), ("over", 74, "spread_exceeded")],
)
def test_spread_at_and_over_the_limit(breaks: str, low: int, status: str) -> None:
    limit = SpreadLimit(Fraction(10), breaks, "block")  # type: ignore[arg-type]

    result = score(tea(85, 80, low, spread_limit=limit))

    assert result.status == status
    assert result.spread is not None
    assert result.spread.members == (() if status == "scored" else ("TV1", "TV3"))


def test_quorum_counts_absent_members_and_the_chair() -> None:
    quorum = Quorum(Fraction(3, 4), chair=True)
    members = [
        member_sheet(TEA, f"TV{n}", total_of(80) if n > 1 else {}, chair=n == 1, absent=n == 1)
        for n in range(1, 5)
    ]

    result = score(panel(TEA, members, regulation=Regulation(quorum=quorum)))

    assert result.status == "no_quorum"
    assert [b.reason for b in result.because] == ["không có Chủ tịch Hội đồng"]


def test_blank_sheets_are_not_zeros() -> None:
    blank = member_sheet(TEA, "TV1", {"1.1": 3}, may_leave_out=True)

    with pytest.raises(Invalid):
        panel(TEA, [blank])


def test_a_sheet_of_another_set_is_refused() -> None:
    other = load("26-2026-hoa")
    marks = {c.id: c.choices[-1].points for c in other.criteria}

    with pytest.raises(Invalid):
        panel(TEA, [member_sheet(other, "TV1", marks)])


def test_one_members_stop_needs_a_decision_and_all_of_them_stop() -> None:
    stop = Event("stop_evaluation", "6.1.1", "côn trùng")
    with_stop = [member_sheet(TEA, f"TV{n}", {}, events=[stop]) for n in (1, 2)]
    without = member_sheet(TEA, "TV3", total_of(80))

    assert score(panel(TEA, with_stop)).status == "stopped"
    assert score(panel(TEA, [*with_stop, without])).status == "needs_decision"


def test_the_choice_of_sheet_can_change_the_class() -> None:
    """Miến dong with under half local material: 2 stars on sheet 6, 3 on sheet 7."""
    from saola.server.demo.marks import choices_for

    classes = []
    for slug in ("che-bien-tu-gao-ngu-coc", "che-bien-tu-rau-cu-qua-hat"):
        s = load(f"26-2026-{slug}")
        ids = choices_for(s, 65, stars=3, fixed={"1.1": 1})
        marks = {c: s.by_id[c].choice(o).points for c, o in ids.items()}
        classes.append(score(panel(s, [member_sheet(s, "TV1", marks)])).stars)

    assert classes == [2, 3]
