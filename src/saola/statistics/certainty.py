"""How sure a product's class is: standard error, nearness to a limit, leaving one member out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt

from saola.scoring import Panel, score

CONFIDENCE = Fraction(196, 100)  # standard errors, for 95 %


@dataclass(frozen=True, slots=True)
class Borderline:
    """A mean total within 1.96 standard errors of a class limit (points)."""

    limit: int
    distance: Fraction
    error: float


def variance_of_mean(values: Sequence[Fraction | int]) -> Fraction | None:
    """Exact squared standard error of the mean; None with fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    mean = Fraction(sum(values), count)
    return sum(((value - mean) ** 2 for value in values), Fraction()) / (count * (count - 1))


def standard_error(values: Sequence[Fraction | int]) -> float | None:
    """Standard error of the mean, s/√n with n − 1 below (points); None with fewer than two."""
    variance = variance_of_mean(values)
    return None if variance is None else sqrt(variance)


def borderline(values: Sequence[Fraction | int], limits: Iterable[int]) -> Borderline | None:
    """The nearest limit with |mean − limit| < 1.96 SE of the members' totals, compared exactly;
    None where the mean is clear of all."""
    variance = variance_of_mean(values)
    if variance is None:
        return None
    mean = Fraction(sum(values), len(values))
    near = [
        Borderline(limit, abs(mean - limit), sqrt(variance))
        for limit in limits
        if (mean - limit) ** 2 < CONFIDENCE**2 * variance
    ]
    return min(near, key=lambda found: found.distance, default=None)


def class_without_each(panel: Panel) -> dict[str, int | None]:
    """The class with each present member left out in turn, by member's name; None where no class
    comes out. Quorum, chair and spread are put aside: the question is what one voice decides.
    """
    rules = replace(panel.regulation, quorum=None, spread_limit=None)
    present = panel.present
    if len(present) < 2:
        return {}
    return {
        member.name: score(
            replace(
                panel,
                members=tuple(other for other in present if other is not member),
                regulation=rules,
            )
        ).stars
        for member in present
    }
