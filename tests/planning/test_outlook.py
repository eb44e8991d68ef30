"""Forecasts: what is certain stays certain, draws agree with the exact distribution, few cases."""

from math import comb, exp, lgamma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.planning.outlook import FATES, FEW, outlook, rates

COUNTS = st.fixed_dictionaries({fate: st.integers(0, 60) for fate in FATES})
ENDED = st.dictionaries(st.sampled_from((3, 4, 5)), COUNTS)
HELD = st.dictionaries(
    st.tuples(st.sampled_from((3, 4, 5)), st.integers(2024, 2032)), st.integers(0, 200)
)


@settings(deadline=None, max_examples=60)
@given(HELD, ENDED, st.integers(1, 6))
def test_fans_are_in_order_and_nothing_comes_from_nothing(held, ended, count) -> None:
    found = outlook(held, ended, 2026, count, draws=200)
    assert found.years == tuple(range(2026, 2026 + count))
    whole = sum(held.values())
    for stars, fans in found.held.items():
        for fan in fans:
            assert 0 <= fan.low <= fan.quarter <= fan.three_quarters <= fan.high <= whole
            assert (fan.middle is None) == (found.cases[stars] < FEW)
    assert found.rates[5]["upgraded"].high == 0
    assert outlook(held, ended, 2026, count, draws=200) == found


@settings(deadline=None)
@given(HELD, ENDED)
def test_until_a_term_ends_nothing_changes(held, ended) -> None:
    later = {(stars, year + 20): products for (stars, year), products in held.items()}
    found = outlook(later, ended, 2026, 5, draws=50)
    for stars, fans in found.held.items():
        there = sum(products for (one, _), products in later.items() if one == stars)
        assert {(fan.low, fan.high) for fan in fans} == {(there, there)}


@settings(deadline=None)
@given(ENDED)
def test_every_fate_weighs_its_cases_and_leans_on_all(ended) -> None:
    found = rates(ended)
    for stars, alpha in found.items():
        own = ended.get(stars, {})
        assert alpha.sum() == pytest.approx(sum(own.values()) + 12)
        assert alpha[2] >= own.get("lost", 0)
    assert found[5][1] == 0


def test_one_year_against_the_exact_distribution() -> None:
    """Kept of 40 products of five stars in a year is beta-binomial: its chances are known."""
    ended = {5: {"renewed": 38, "lost": 22}}
    kept, _, lost = rates(ended)[5]

    def beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    chances = [
        comb(40, k) * exp(beta(k + kept, 40 - k + lost) - beta(kept, lost)) for k in range(41)
    ]
    assert sum(chances) == pytest.approx(1)
    fan = outlook({(5, 2026): 40}, ended, 2026, 1, draws=40_000).held[5][0]
    upto = np.cumsum(chances)
    told = (fan.low, fan.quarter, fan.middle, fan.three_quarters, fan.high)
    for share, value in zip((0.05, 0.25, 0.5, 0.75, 0.95), told, strict=True):
        assert abs(value - int(np.searchsorted(upto, share))) <= 1


def test_what_is_raised_counts_in_its_new_class() -> None:
    ended = {3: {"upgraded": 10**6}, 4: {"renewed": 10**6}}
    found = outlook({(3, 2026): 7}, ended, 2026, 5)
    assert [round(fan.low) for fan in found.held[4]] == [7] * 5
    assert [round(fan.high) for fan in found.held[3]] == [0] * 5


def test_more_cases_are_surer_and_few_show_no_middle() -> None:
    few = outlook({(3, 2026): 100}, {3: {"renewed": 5, "lost": 5}}, 2026, 1)
    many = outlook({(3, 2026): 100}, {3: {"renewed": 500, "lost": 500}}, 2026, 1)
    assert few.rates[3]["lost"].middle is None
    assert many.rates[3]["lost"].middle == pytest.approx(0.5, abs=0.02)
    width = [one.held[3][0].high - one.held[3][0].low for one in (few, many)]
    assert width[1] < width[0] / 1.5


def test_what_is_over_already_is_decided_in_the_first_year() -> None:
    ended = {3: {"lost": 10**6}}
    found = outlook({(3, 2020): 10, (3, 2027): 5}, ended, 2026, 2)
    assert [round(fan.high) for fan in found.held[3]] == [5, 0]


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        rates({3: {"lost": -1}})
