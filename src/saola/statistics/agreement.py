"""Agreement of members: intraclass correlation, Krippendorff's alpha, Kendall's W."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Icc:
    """Intraclass correlations of a two-way layout, products × members.

    `single`, `average`: agreement in the points themselves, ICC(A,1) and ICC(A,k);
    `consistent_single`, `consistent_average`: agreement but for each member's own level,
    ICC(C,1) and ICC(C,k). Names of McGraw & Wong 1996. None where the products do not differ.
    """

    products: int
    members: int
    single: float | None
    average: float | None
    consistent_single: float | None
    consistent_average: float | None


def mean_squares(scores: Matrix) -> tuple[float, float, float]:
    """Mean squares between rows, between columns, and of the rest of a complete n × k layout.

    Source: Shrout & Fleiss 1979, Psychological Bulletin 86, 420–428 (BMS, JMS, EMS).
    """
    n, k = scores.shape
    grand = scores.mean()
    rows = k * float(((scores.mean(axis=1) - grand) ** 2).sum())
    columns = n * float(((scores.mean(axis=0) - grand) ** 2).sum())
    rest = float(((scores - grand) ** 2).sum()) - rows - columns
    return rows / (n - 1), columns / (k - 1), max(rest, 0.0) / ((n - 1) * (k - 1))


def icc(scores: Matrix) -> Icc:
    """Intraclass correlations of scores, products × members, no value missing, both at least 2.

    ICC(A,1) = (R − E) / (R + (k−1)E + k(C − E)/n), ICC(A,k) = (R − E) / (R + (C − E)/n),
    ICC(C,1) = (R − E) / (R + (k−1)E), ICC(C,k) = (R − E) / R, with the mean squares R between
    products, C between members, E of the rest. May be negative. Raises ValueError for a layout
    that is too small or has gaps. Source: McGraw & Wong 1996, Psychological Methods 1, 30–46.
    """
    scores = np.asarray(scores, float)
    if scores.ndim != 2 or min(scores.shape) < 2 or not np.isfinite(scores).all():
        raise ValueError("needs a complete layout of at least 2 products and 2 members")
    n, k = scores.shape
    between, members, rest = mean_squares(scores)

    def ratio(below: float) -> float | None:
        return None if below <= 0 or between + rest <= 0 else (between - rest) / below

    return Icc(
        n,
        k,
        ratio(between + (k - 1) * rest + k * (members - rest) / n),
        ratio(between + (members - rest) / n),
        ratio(between + (k - 1) * rest),
        ratio(between),
    )


def krippendorff_alpha(
    values: Matrix, level: Literal["nominal", "ordinal", "interval"] = "ordinal"
) -> float | None:
    """Krippendorff's alpha of values, members × products, NaN where there is none.

    α = 1 − (n−1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck over the coincidences o of values that stand for
    the same product, δ by the level of measurement. Products with one value do not count. None
    where no two values can be compared or all are one value.
    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, University of
    Pennsylvania.
    """
    values = np.asarray(values, float)
    known, position = np.unique(values[np.isfinite(values)], return_inverse=True)
    counts = np.zeros((values.shape[1], len(known)))
    np.add.at(counts, (np.nonzero(np.isfinite(values))[1], position), 1)
    counts = counts[counts.sum(axis=1) > 1]
    sizes = counts.sum(axis=1)
    coincidences = (counts / (sizes - 1)[:, None]).T @ counts
    coincidences -= np.diag((counts / (sizes - 1)[:, None]).sum(axis=0))
    margins = coincidences.sum(axis=0)
    distance = _distances(known, margins, level)
    expected = float(margins @ distance @ margins)
    if expected == 0:
        return None
    observed = float((coincidences * distance).sum())
    return 1 - (float(margins.sum()) - 1) * observed / expected


def _distances(known: Matrix, margins: Matrix, level: str) -> Matrix:
    """δ² between any two values."""
    if level == "nominal":
        return 1.0 - np.eye(len(known))
    # ordinal: ranks in the middle of all that hold the value
    scale = np.cumsum(margins) - margins / 2 if level == "ordinal" else known
    distance: Matrix = (scale[:, None] - scale[None, :]) ** 2
    return distance


def kendall_w(scores: Matrix) -> float | None:
    """Kendall's coefficient of concordance of scores, products × members, corrected for ties.

    W = (12 ΣR² − 3 m² n (n+1)²) / (m² n (n²−1) − m ΣT), T = Σ(t³ − t) over each member's groups
    of ties. 1: all rank the products alike, 0: no concordance. None where no member tells any
    products apart. Source: Kendall & Gibbons 1990, Rank Correlation Methods, chapter 6.
    """
    scores = np.asarray(scores, float)
    n, m = scores.shape
    if n < 2 or m < 2 or not np.isfinite(scores).all():
        raise ValueError("needs a complete layout of at least 2 products and 2 members")
    ranks, ties = np.empty_like(scores), 0.0
    for member in range(m):
        _, at, held = np.unique(scores[:, member], return_inverse=True, return_counts=True)
        ranks[:, member] = (np.cumsum(held) - (held - 1) / 2)[at]
        ties += float((held**3 - held).sum())
    sums = ranks.sum(axis=1)
    below = m**2 * n * (n**2 - 1) - m * ties
    if below <= 0:
        return None
    return float((12 * (sums**2).sum() - 3 * m**2 * n * (n + 1) ** 2) / below)
