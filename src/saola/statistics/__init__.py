"""How far members of a council agree, how severe each is, how sure a total is. Advisory: no lawful
total or class is ever changed by it. Needs numpy (`saola[science]`)."""

from saola.statistics.agreement import Icc, icc, kendall_w, krippendorff_alpha
from saola.statistics.certainty import (
    Borderline,
    borderline,
    class_without_each,
    standard_error,
)
from saola.statistics.generalizability import Components, components
from saola.statistics.rasch import Bias, Facet, Fit, bias, fit
from saola.statistics.ratings import Ratings, ratings, totals

__all__ = [
    "Bias",
    "Borderline",
    "Components",
    "Facet",
    "Fit",
    "Icc",
    "Ratings",
    "bias",
    "borderline",
    "class_without_each",
    "components",
    "fit",
    "icc",
    "kendall_w",
    "krippendorff_alpha",
    "ratings",
    "standard_error",
    "totals",
]
