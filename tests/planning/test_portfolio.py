"""Portfolios: exact against every choice on small cases; limits, fairness, what more would bring."""

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.planning.portfolio import (
    Chosen,
    Fair,
    Impossible,
    Option,
    Portfolio,
    Problem,
    Target,
    extra_needed,
    robust,
    solve,
    with_more,
)


@st.composite
def problems(draw: Any) -> Problem:
    years = draw(st.integers(1, 3))
    options = []
    for number in range(draw(st.integers(0, 4))):
        for kind in range(draw(st.integers(1, 2))):
            length = draw(st.integers(1, 2))
            spend = tuple(draw(st.integers(0, 9)) for _ in range(length))
            days = tuple(draw(st.integers(0, 4)) for _ in range(draw(st.integers(0, length))))
            gives = {draw(st.sampled_from(["four", "five"])): draw(st.integers(0, 2))}
            options.append(Option(f"p{number}", f"o{kind}", spend, gives, days))
    yearly = st.lists(st.integers(0, 12), min_size=years, max_size=years).map(tuple)
    targets = tuple(
        Target(name, draw(st.integers(0, 4)), draw(st.integers(0, years - 1)))
        for name in draw(st.sampled_from([(), ("four",), ("four", "five"), ("five", "four")]))
    )
    return Problem(
        draw(yearly),
        tuple(options),
        targets,
        draw(st.sampled_from([(), ("four",), ("five", "four")])),
        draw(st.none() | yearly),
        draw(st.none() | st.lists(st.integers(0, 3), min_size=years, max_size=years).map(tuple)),
        (Fair("xã A", frozenset({"p0", "p1"}), 1),) if draw(st.booleans()) else (),
        draw(st.booleans()),
    )


def allowed(problem: Problem, chosen: list[Chosen]) -> bool:
    years = len(problem.budgets)
    spent, days, ends = [0] * years, [0] * years, [0] * years
    for one in chosen:
        for at, amount in enumerate(one.option.spend):
            spent[one.start + at] += amount
        for at, amount in enumerate(one.option.days):
            days[one.start + at] += amount
        ends[one.done] += 1
    if problem.carry:
        fits = all(
            sum(spent[: year + 1]) <= sum(problem.budgets[: year + 1]) for year in range(years)
        )
    else:
        fits = all(a <= b for a, b in zip(spent, problem.budgets, strict=True))
    names = {one.option.product for one in chosen}
    return (
        fits
        and (problem.days is None or all(a <= b for a, b in zip(days, problem.days, strict=True)))
        and (
            problem.rounds is None or all(a <= b for a, b in zip(ends, problem.rounds, strict=True))
        )
        and all(len(names & fair.products) >= fair.least for fair in problem.fair)
    )


def aims(problem: Problem, chosen: list[Chosen]) -> tuple[int, ...]:
    def got(name: str, by: int) -> int:
        return sum(one.option.gives.get(name, 0) for one in chosen if one.done <= by)

    last = len(problem.budgets) - 1
    return (
        *(max(0, target.least - got(target.indicator, target.by)) for target in problem.targets),
        *(-got(name, last) for name in problem.most),
        sum(sum(one.option.spend) for one in chosen),
    )


def every_choice(problem: Problem) -> list[list[Chosen]]:
    years = len(problem.budgets)
    by_product: dict[str, list[Chosen | None]] = {}
    for option in problem.options:
        starts = range(years - len(option.spend) + 1)
        row = by_product.setdefault(option.product, [None])
        row += [Chosen(option, start) for start in starts]
    return [[one for one in choice if one] for choice in product(*by_product.values())]


@settings(max_examples=250, deadline=None)
@given(problems())
def test_no_choice_is_better(problem: Problem) -> None:
    possible = [choice for choice in every_choice(problem) if allowed(problem, choice)]
    if not possible:
        with pytest.raises(Impossible):
            solve(problem)
        return
    found = solve(problem)
    assert allowed(problem, list(found.chosen))
    assert found.gap == 0
    assert aims(problem, list(found.chosen)) == min(aims(problem, one) for one in possible)
    assert found.short == aims(problem, list(found.chosen))[: len(problem.targets)]
    assert found.cost == sum(found.spent)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_the_extra_money_is_the_least_that_does(problem: Problem) -> None:
    problem = Problem(
        problem.budgets, problem.options, problem.targets, (), problem.days, problem.rounds
    )
    free = Problem((10**6,) * len(problem.budgets), *_rest(problem))
    if any(solve(free).short):
        assert extra_needed(problem) is None
        return
    wanted = [
        max(
            0,
            sum(
                max(0, spent - budget)
                for spent, budget in zip(_spent(problem, one), problem.budgets, strict=True)
            ),
        )
        for one in every_choice(free)
        if allowed(free, one) and not any(aims(problem, one)[: len(problem.targets)])
    ]
    assert extra_needed(problem) == min(wanted)


def _rest(problem: Problem) -> tuple[Any, ...]:
    return (problem.options, problem.targets, (), problem.days, problem.rounds)


def _spent(problem: Problem, chosen: list[Chosen]) -> list[int]:
    spent = [0] * len(problem.budgets)
    for one in chosen:
        for at, amount in enumerate(one.option.spend):
            spent[one.start + at] += amount
    return spent


def plain(count: int = 10, budget: int = 50) -> Problem:
    options = tuple(
        Option(f"p{n}", "lên 4 sao", (10 + n,), {"upgraded": 1}, (2,), 80) for n in range(count)
    )
    return Problem((budget,), options, (Target("upgraded", 5, 0),), (), (100,), None)


def test_more_money_shows_what_it_is_worth() -> None:
    found = solve(plain())
    assert found.short == (1,)
    assert [one.option.product for one in found.chosen] == ["p0", "p1", "p2", "p3"]
    assert found.nearly[0].option.product == "p4"
    assert extra_needed(plain()) == 60 - 50
    assert solve(with_more(plain(), money=10)).short == (0,)
    few = Problem((500,), plain(3).options, (Target("upgraded", 5, 0),))
    assert extra_needed(few) is None


def test_what_cannot_be_had_together_is_said() -> None:
    fair = Fair("xã xa", frozenset({"p9"}), 1)
    problem = Problem((5,), plain().options, (), ("upgraded",), None, None, (fair,))
    with pytest.raises(Impossible, match="xã xa"):
        solve(problem)


def test_no_products_no_money() -> None:
    assert solve(Problem((0,), (), (Target("upgraded", 5, 0),))).short == (5,)
    assert solve(Problem((0, 0), plain().options, (), ("upgraded",))).chosen == ()


def test_draws_of_cost_and_success() -> None:
    problem = plain(10, 1000)
    found = solve(problem)
    lasts, (met,) = robust(problem, found, spread=(1, 1))
    assert lasts == 1
    assert 0.3 < met < 0.36  # five steps of 80 % each: 0.8⁵ = 0.328
    tight = Problem((60,), problem.options, problem.targets)
    assert robust(tight, solve(tight), spread=(1.01, 1.02))[0] == 0
    none = Problem((0,), (), (Target("upgraded", 0, 0),))
    assert robust(none, solve(none)) == (1.0, (1.0,))


def test_out_of_time_says_so() -> None:
    chance = Random(5)
    options = tuple(
        Option(
            f"p{n}", f"o{k}", tuple(chance.randint(50, 900) for _ in range(2)),
            {"value": chance.randint(10, 99)}, (chance.randint(1, 9), chance.randint(1, 9)),
        )
        for n in range(400)
        for k in range(3)
    )  # fmt: skip
    problem = Problem((20_000,) * 5, options, (), ("value",), (300,) * 5)
    found = solve(problem, seconds=0.2)
    assert isinstance(found, Portfolio)
    assert found.gap >= 0
    assert allowed(problem, list(found.chosen))


@pytest.mark.parametrize(
    "made",
    [
        lambda: Problem((), ()),
        lambda: Problem((1,), (), days=(1, 2)),
        lambda: Problem((1,), (), (Target("x", 1, 1),)),
        lambda: Problem((1,), (Option("p", "o", (), {}),)),
        lambda: Problem((1,), (Option("p", "o", (-1,), {}),)),
        lambda: Problem((1,), (Option("p", "o", (1,), {}, (1, 2)),)),
    ],
)
def test_what_cannot_be_is_refused(made: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        made()
