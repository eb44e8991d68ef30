"""Many-facet Rasch model: how good a product is, how hard a criterion, how severe a member, on one
scale; how well each member fits; where a member judges one commune otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from saola.statistics.agreement import Matrix
from saola.statistics.estimation import State
from saola.statistics.ratings import Index, Ratings

ENOUGH = 1e-5  # logits
ROUNDS = 50


@dataclass(frozen=True)
class Facet:
    """Estimates of one facet in the order of its names: measure and standard error in logits,
    infit and outfit mean squares (1 as expected; customary band 0.5–1.5)."""

    names: Sequence[str]
    measure: Matrix
    error: Matrix
    infit: Matrix
    outfit: Matrix

    @property
    def separation(self) -> float:
        """How many errors the true spread of the measures is wide: √(SD² − MSE) / √MSE."""
        noise = float((self.error**2).mean())
        spread = float(self.measure.var(ddof=1)) if len(self.measure) > 1 else 0.0
        return float(np.sqrt(max(0.0, spread - noise) / noise)) if noise else 0.0


@dataclass(frozen=True)
class Fit:
    """The fitted model. Products: high is good; criteria: high is hard; members: high is severe;
    `thresholds` in the order of criteria, one row each, NaN behind the last. `expected` and
    `variance` are those of each mark's level, `rounds` what it took."""

    ratings: Ratings
    products: Facet
    criteria: Facet
    members: Facet
    thresholds: Matrix
    expected: Matrix
    variance: Matrix
    rounds: int

    def severity_in_points(self) -> Matrix:
        """By how many points a member's totals lie below those of a member of mean severity
        who scores the same products, averaged over the products the member scored."""
        r = self.ratings
        steps = _ladders(r)
        base = self.products.measure[r.product] - self.criteria.measure[r.criterion]
        severity = self.members.measure[r.member]
        gone = _expected_points(base, steps[r.criterion], self.thresholds[r.criterion])
        gone -= _expected_points(base - severity, steps[r.criterion], self.thresholds[r.criterion])
        sheets = np.unique(np.stack([r.member, r.product]), axis=1)[0]
        lost = np.bincount(r.member, gone, len(r.members))
        found: Matrix = lost / np.bincount(sheets, minlength=len(r.members))
        return found


def _ladders(r: Ratings) -> Matrix:
    """Points of the levels of each criterion, 0 behind the last."""
    widest = max(len(points) for points in r.points.values())
    ladders = np.zeros((len(r.criteria), widest))
    for at, name in enumerate(r.criteria):
        ladders[at, : len(r.points[name])] = r.points[name]
    return ladders


def _expected_points(measure: Matrix, points: Matrix, thresholds: Matrix) -> Matrix:
    found: Matrix = (_chances(measure, thresholds) * points).sum(axis=1)
    return found


def _chances(measure: Matrix, thresholds: Matrix) -> Matrix:
    """P(level) by row: ln P_k/P_(k−1) = measure − threshold_k; 0 behind the last level."""
    logits = np.concatenate(
        [np.zeros((len(measure), 1)), np.cumsum(measure[:, None] - thresholds, axis=1)], axis=1
    )
    logits = np.where(np.isnan(logits), -np.inf, logits)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: Matrix = weights / weights.sum(axis=1, keepdims=True)
    return chances


def fit(r: Ratings) -> Fit:
    """Fit ln P_k/P_(k−1) = product − criterion − severity − threshold of (criterion, k) by joint
    maximum likelihood with a weak normal prior (SD 5 logits), by Newton's method on all parameters
    together. Means of criteria and of members are 0, and so is that of each criterion's
    thresholds. Marks may be missing; a criterion with one level used says nothing and gets 0.
    Raises ValueError without marks. Facets are as long as their names, all in logits.

    Source: Linacre 1989, Many-Facet Rasch Measurement; Masters 1982, Psychometrika 47 (partial
    credit); infit = Σ(x−E)²/ΣV, outfit = mean (x−E)²/V (Wright & Masters 1982).
    """
    if not len(r.level):
        raise ValueError("no marks")
    state = State(r)
    rounds = 0
    for _ in range(ROUNDS):
        rounds += 1
        if state.round() < ENOUGH:
            break
    criterion, thresholds = state.centred()
    expected, variance = state.moments()
    square = (r.level - expected) ** 2

    def facet(names: Sequence[str], measure: Matrix, at: Index) -> Facet:
        information = np.bincount(at, variance, len(names))
        told = square / np.maximum(variance, 1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            infit = np.bincount(at, square, len(names)) / information
            outfit = np.bincount(at, told, len(names)) / np.bincount(at, minlength=len(names))
            return Facet(names, measure, 1 / np.sqrt(information), infit, outfit)

    return Fit(
        r,
        facet(r.products, state.product, r.product),
        facet(r.criteria, criterion, r.criterion),
        facet(r.members, state.member, r.member),
        thresholds,
        expected,
        variance,
        rounds,
    )


@dataclass(frozen=True, slots=True)
class Bias:
    """One member's marks for one group of products against the model: `measure` in logits (high:
    more severe there than elsewhere), its error, their ratio `t`, the mean gap in `levels` a mark,
    and how many marks say so."""

    member: str
    group: str
    measure: float
    error: float
    t: float
    levels: float
    marks: int


def bias(fitted: Fit, groups: Sequence[str]) -> list[Bias]:
    """Interaction member × group of products (`groups`: one name a product, as a commune), largest
    |t| first. One Newton step from the fitted model, as in bias analysis of Linacre 1989: measure =
    −Σ(x−E)/ΣV, error = 1/√ΣV. Advisory: with many pairs some |t| > 2 come by chance.
    """
    r = fitted.ratings
    named = list(dict.fromkeys(groups))
    group = np.array([named.index(name) for name in groups], np.intp)[r.product]
    pair = r.member * len(named) + group
    size = len(r.members) * len(named)
    gap = np.bincount(pair, r.level - fitted.expected, size)
    information = np.bincount(pair, fitted.variance, size)
    marks = np.bincount(pair, minlength=size)
    found = [
        Bias(
            r.members[at // len(named)],
            named[at % len(named)],
            float(-gap[at] / information[at]),
            float(1 / np.sqrt(information[at])),
            float(-gap[at] / np.sqrt(information[at])),
            float(gap[at] / marks[at]),
            int(marks[at]),
        )
        for at in map(int, np.flatnonzero(information > 0))
    ]
    return sorted(found, key=lambda one: -abs(one.t))
