"""Generalisability of totals: how much of their variance is the products', how much the members',
and how many members are enough."""

from dataclasses import dataclass

import numpy as np

from saola.statistics.agreement import Matrix, mean_squares

LARGEST_COUNCIL = 99


@dataclass(frozen=True, slots=True)
class Components:
    """Variance components of totals of a crossed design products × members, in squared points."""

    product: float
    member: float
    rest: float
    members: int

    def generalizability(self, members: int) -> float | None:
        """Eρ² of the mean of so many members, for ranking: σ²p / (σ²p + σ²e/n)."""
        return _share(self.product, self.rest / members)

    def dependability(self, members: int) -> float | None:
        """Φ of the mean of so many members, for a class by limits: σ²p / (σ²p + (σ²m+σ²e)/n)."""
        return _share(self.product, (self.member + self.rest) / members)

    def error(self, members: int) -> float:
        """Absolute standard error of the mean of so many members (points)."""
        return float(np.sqrt((self.member + self.rest) / members))

    def enough(self, wanted: float) -> int | None:
        """The smallest number of members whose Φ reaches `wanted`; None above 99 members."""
        for members in range(1, LARGEST_COUNCIL + 1):
            phi = self.dependability(members)
            if phi is not None and phi >= wanted:
                return members
        return None


def _share(signal: float, noise: float) -> float | None:
    return None if signal + noise <= 0 else signal / (signal + noise)


def components(scores: Matrix) -> Components:
    """Components from scores, products × members, complete, both at least 2; negative estimates
    are set to 0. The sheet's criteria are fixed by law, so members are the only facet.

    σ²e = MSe, σ²p = (MSp − MSe)/k, σ²m = (MSm − MSe)/n.
    Source: Shavelson & Webb 1991, Generalizability Theory: A Primer; Brennan 2001.
    """
    scores = np.asarray(scores, float)
    if scores.ndim != 2 or min(scores.shape) < 2 or not np.isfinite(scores).all():
        raise ValueError("needs a complete layout of at least 2 products and 2 members")
    n, k = scores.shape
    between, members, rest = mean_squares(scores)
    return Components(max(0.0, (between - rest) / k), max(0.0, (members - rest) / n), rest, k)
