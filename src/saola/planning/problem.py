"""What a portfolio is asked for and what it is: options, targets, limits; the choice with proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Option:
    """One way to raise a product: money and adviser's days in each year since it begins, the last
    year being that in which it counts; what it gives by indicator ("upgraded": 1); its chance in
    percent."""

    product: str
    name: str
    spend: tuple[int, ...]
    gives: Mapping[str, int]
    days: tuple[int, ...] = ()
    chance: int = 100


@dataclass(frozen=True, slots=True)
class Target:
    """At least so many of an indicator by the end of a year (0 the first)."""

    indicator: str
    least: int
    by: int


@dataclass(frozen=True, slots=True)
class Fair:
    """At least so many of these products are chosen: of a commune, of an area."""

    name: str
    products: frozenset[str]
    least: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What may be done. `budgets` and, where they limit, `days` and `rounds` (products that can
    finish) by year; `carry` where money that is left goes into the next year. With targets they
    are met in their order as far as can be, then at least cost; `most` names indicators of which
    as many as can be are had, in this order, before cost."""

    budgets: tuple[int, ...]
    options: tuple[Option, ...]
    targets: tuple[Target, ...] = ()
    most: tuple[str, ...] = ()
    days: tuple[int, ...] | None = None
    rounds: tuple[int, ...] | None = None
    fair: tuple[Fair, ...] = ()
    carry: bool = False

    def __post_init__(self) -> None:
        years = len(self.budgets)
        limits = (self.days, self.rounds)
        if not years or any(limit is not None and len(limit) != years for limit in limits):
            raise ValueError("budgets, days and rounds need one number for each year")
        for option in self.options:
            if not option.spend or any(money < 0 for money in (*option.spend, *option.days)):
                raise ValueError(f"{option.product}: money and days of {option.name} cannot be")
            if len(option.days) > len(option.spend):
                raise ValueError(f"{option.product}: {option.name} has more days than years")
        if any(not 0 <= target.by < years for target in self.targets):
            raise ValueError("a target's year is not among those of the budgets")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option that begins in a year; it counts at the end of year `done`."""

    option: Option
    start: int

    @property
    def done(self) -> int:
        """The year in which it counts."""
        return self.start + len(self.option.spend) - 1


@dataclass(frozen=True)
class Portfolio:
    """What to do. `short` says by how much each target is missed, `gap` how far the result may be
    from the best (0 where it is proven), `nearly` options that a little more would have brought
    in."""

    chosen: tuple[Chosen, ...]
    spent: tuple[int, ...]
    days: tuple[int, ...]
    short: tuple[int, ...]
    counts: dict[str, tuple[int, ...]]  # by indicator, added up by year
    gap: float
    seconds: float
    nearly: tuple[Chosen, ...] = field(default=())

    @property
    def cost(self) -> int:
        """Money in all years."""
        return sum(self.spent)


class Impossible(ValueError):
    """The fairness that is asked for cannot be had within the limits; the names say which."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"cannot be had together: {', '.join(names)}")
