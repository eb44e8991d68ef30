"""What is told of the years ahead: how terms end, ranges, the whole outlook."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Fate = Literal["renewed", "upgraded", "lost"]
FATES: tuple[Fate, ...] = ("renewed", "upgraded", "lost")
CLASSES = (3, 4, 5)
TERM = 3  # years of a certificate, 36 months
# a class with few cases leans on all classes together as if it had so many cases of their kind
LEAN = 12
FEW = 30  # with fewer cases the range is told and the middle is not
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Fan:
    """A number that is not known: half of all draws lie between `quarter` and `three_quarters`,
    nine of ten between `low` and `high`. `middle` is None where the cases are few."""

    low: float
    quarter: float
    middle: float | None
    three_quarters: float
    high: float


@dataclass(frozen=True)
class Outlook:
    """`rates[stars][fate]` is a share from 0 to 1, `held[stars]` a fan at the end of each of
    `years`; `cases[stars]` is how many ended terms stand behind them."""

    years: tuple[int, ...]
    cases: Mapping[int, int]
    rates: Mapping[int, Mapping[Fate, Fan]]
    held: Mapping[int, tuple[Fan, ...]]
