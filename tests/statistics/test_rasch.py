"""The many-facet model: severity recovered, an independent estimation agreed with, odd data borne."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saola.statistics import Ratings, bias, fit

EXAMPLE = json.loads((Path(__file__).parents[1] / "vectors/statistics.json").read_text())["rasch"]


def as_ratings(product: Any, criterion: Any, member: Any, level: Any) -> Ratings:
    """Marks whose points are their levels."""
    criteria = [f"c{n}" for n in range(criterion.max() + 1)]
    ladders = {
        name: list(range(int(level[criterion == at].max()) + 1)) for at, name in enumerate(criteria)
    }
    return Ratings(
        [f"p{n}" for n in range(product.max() + 1)],
        criteria,
        [f"m{n}" for n in range(member.max() + 1)],
        product,
        criterion,
        member,
        level,
        ladders,
    )


def simulated(
    products: int, criteria: int, members: int, seed: int, kept: float = 1.0
) -> tuple[Ratings, Any]:
    """Marks drawn from the model itself, and the severities that they were drawn with."""
    chance = np.random.default_rng(seed)
    good, hard = chance.normal(0.4, 1, products), chance.normal(0, 0.8, criteria)
    severe = chance.normal(0, 0.4, members)
    severe -= severe.mean()
    widths = chance.integers(2, 6, criteria)
    product, criterion, member = (
        axis.ravel() for axis in np.meshgrid(
            np.arange(products), np.arange(criteria), np.arange(members), indexing="ij"
        )
    )  # fmt: skip
    here = chance.random(len(product)) < kept
    product, criterion, member = product[here], criterion[here], member[here]
    level = np.empty(len(product), np.intp)
    for at in range(criteria):
        rows = np.flatnonzero(criterion == at)
        steps = np.sort(chance.normal(0, 1, widths[at]))
        measure = good[product[rows]] - hard[at] - severe[member[rows]]
        logits = np.cumsum(measure[:, None] - (steps - steps.mean()), axis=1)
        weights = np.exp(np.concatenate([np.zeros((len(rows), 1)), logits], axis=1))
        chances = (weights / weights.sum(axis=1, keepdims=True)).cumsum(axis=1)
        drawn = (chance.random(len(rows))[:, None] > chances).sum(axis=1)
        _, level[rows] = np.unique(drawn, return_inverse=True)
    return as_ratings(product, criterion, member, level), severe


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "kept"), [(1, 1.0), (2, 1.0), (3, 0.7)])
def test_severity_is_recovered(seed: int, kept: float) -> None:
    marks, severe = simulated(120, 30, 9, seed, kept)

    found = fit(marks)

    assert np.corrcoef(found.members.measure, severe)[0, 1] >= 0.99
    assert found.members.infit == pytest.approx(np.ones(9), abs=0.1)
    assert found.members.separation > 5
    assert found.rounds < 20


def test_an_independent_estimation_agrees() -> None:
    """The example has one scale for all criteria, ours a scale for each: near, not equal."""
    scores = np.array(EXAMPLE["scores"])
    product, criterion, member = (axis.ravel() for axis in np.indices(scores.shape))

    found = fit(as_ratings(product, criterion, member, scores.ravel()))

    for told in (EXAMPLE["severity"], EXAMPLE["raschpy"]):
        assert np.corrcoef(found.members.measure, told)[0, 1] > 0.9999
        assert found.members.measure == pytest.approx(np.array(told), abs=0.03)
    assert found.members.infit == pytest.approx(np.array(EXAMPLE["infit"]), abs=0.02)


def test_the_gradient_is_zero_where_it_stops() -> None:
    """Marks reached as often as expected, by member and by product: what a maximum is."""
    marks, _ = simulated(30, 10, 5, 4)

    found = fit(marks)

    for at, size in ((marks.member, 5), (marks.product, 30)):
        gap = np.bincount(at, marks.level - found.expected, size)
        assert np.abs(gap).max() < 0.5  # the weak prior pulls a little


def test_a_product_with_every_point_stays_finite() -> None:
    marks, _ = simulated(20, 8, 4, 5)
    top = {name: len(points) - 1 for name, points in marks.points.items()}
    best = marks.product == 0
    marks.level[best] = [top[marks.criteria[c]] for c in marks.criterion[best]]

    found = fit(marks)

    assert np.isfinite(found.products.measure).all()
    assert found.products.measure.argmax() == 0


def test_all_members_alike() -> None:
    chance = np.random.default_rng(6)
    level = np.repeat(chance.integers(0, 4, (20, 8)), 3).reshape(20, 8, 3)
    product, criterion, member = (axis.ravel() for axis in np.indices(level.shape))

    found = fit(as_ratings(product, criterion, member, level.ravel()))

    assert found.members.measure == pytest.approx(np.zeros(3), abs=1e-6)
    assert found.severity_in_points() == pytest.approx(np.zeros(3), abs=1e-6)


def test_one_level_says_nothing() -> None:
    zeros = np.zeros(6, np.intp)
    found = fit(as_ratings(np.arange(6) // 2, zeros, np.arange(6) % 2, zeros))

    assert found.criteria.measure == pytest.approx(np.zeros(1))
    with pytest.raises(ValueError, match="no marks"):
        fit(Ratings([], [], [], zeros[:0], zeros[:0], zeros[:0], zeros[:0], {}))


def test_severity_in_points_is_what_a_sheet_loses() -> None:
    marks, severe = simulated(100, 20, 6, 7)

    lost = fit(marks).severity_in_points()

    totals = np.bincount(marks.member, marks.level, 6) / 100
    assert lost == pytest.approx(totals.mean() - totals, abs=0.6)
    assert np.argmax(lost) == np.argmax(severe)


def test_bias_for_one_commune_comes_first() -> None:
    marks, _ = simulated(60, 20, 6, 8)
    communes = ["Xã A" if n < 15 else "Xã B" for n in range(60)]
    partial = (marks.member == 2) & (marks.product < 15)
    marks.level[partial] = [
        min(level + 1, len(marks.points[marks.criteria[c]]) - 1)
        for level, c in zip(marks.level[partial], marks.criterion[partial], strict=True)
    ]

    first = bias(fit(marks), communes)[0]

    assert (first.member, first.group) == ("m2", "Xã A")
    assert first.t > 5 or first.t < -5
    assert first.measure < 0
    assert first.levels > 0
    assert first.marks == 15 * 20
