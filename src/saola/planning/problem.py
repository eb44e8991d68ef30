"""What a portfolio is asked for and what it is: options, targets, limits; the choice with proof."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from saola.planning.ladders import SURE


@dataclass(frozen=True, slots=True)
class Option:
    """One way to raise a product: money and advisers' days in all, the years that it takes at
    least; what it gives by indicator ("upgraded": 1); its chance in percent; its steps in their
    order as (criterion, points, money, month in which it is done)."""

    product: str
    name: str
    cost: int
    years: int
    gives: Mapping[str, int]
    days: int = 0
    chance: int = SURE
    steps: tuple[tuple[str, int, int, int], ...] = ()


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
    finish) by year. A product may begin in any year; what it takes may be paid in any of the years
    up to the one in which it is done. With targets they are met in their order as far as can be,
    then at least cost; `most` names indicators of which as many as can be are had, in this order,
    before cost."""

    budgets: tuple[int, ...]
    options: tuple[Option, ...]
    targets: tuple[Target, ...] = ()
    most: tuple[str, ...] = ()
    days: tuple[int, ...] | None = None
    rounds: tuple[int, ...] | None = None
    fair: tuple[Fair, ...] = ()

    def __post_init__(self) -> None:
        years = len(self.budgets)
        limits = (self.days, self.rounds)
        if not years or any(limit is not None and len(limit) != years for limit in limits):
            raise ValueError("budgets, days and rounds need one number for each year")
        if any(number < 0 for limit in (self.budgets, *limits) for number in limit or ()):
            raise ValueError("budgets, days and rounds cannot be negative")
        for option in self.options:
            if option.cost < 0 or option.days < 0 or option.years < 1:
                raise ValueError(
                    f"{option.product}: money, days or years of {option.name} cannot be"
                )
        if any(not 0 <= target.by < years for target in self.targets):
            raise ValueError("a target's year is not among those of the budgets")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option and the year in which it is done and counts (0 the first); the money and days of
    each year up to it, once they are shared out."""

    option: Option
    done: int
    spend: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


def shared_out(problem: Problem, chosen: Sequence[Chosen]) -> list[Chosen]:
    """Money and days by year: each year's go to what is done the soonest, as long as there are some
    left. What fits in all fits so, for a later end can use whatever an earlier one can."""
    order = sorted(chosen, key=lambda one: (one.done, one.option.product))
    spend = _shared([(one.option.cost, one.done) for one in order], problem.budgets)
    days = _shared([(one.option.days, one.done) for one in order], problem.days)
    return [
        Chosen(one.option, one.done, tuple(money), tuple(time))
        for one, money, time in zip(order, spend, days, strict=True)
    ]


def _shared(takes: list[tuple[int, int]], limits: Sequence[int] | None) -> Iterator[list[int]]:
    left = list(limits) if limits is not None else None
    for amount, done in takes:
        row = [0] * (done + 1)
        rest = amount
        for year in range(done + 1):
            part = rest if left is None else min(rest, left[year])
            row[year] += part
            rest -= part
            if left is not None:
                left[year] -= part
        row[done] += rest  # beyond the limits: only where more money is asked for
        yield row


@dataclass(frozen=True)
class Portfolio:
    """What to do. `short` says by how much each target is missed. Where time ran out, `unproven`
    names the aim at which it did (an indicator, "cost") and `gap` how far that may be from its
    best; aims before it are proven. `nearly`: options that come next."""

    chosen: tuple[Chosen, ...]
    spent: tuple[int, ...]
    days: tuple[int, ...]
    short: tuple[int, ...]
    counts: dict[str, tuple[int, ...]]  # by indicator, added up by year
    gap: float
    unproven: str
    seconds: float
    nearly: tuple[Option, ...] = field(default=())

    @property
    def cost(self) -> int:
        """Money in all years."""
        return sum(self.spent)


class Impossible(ValueError):
    """The fairness that is asked for cannot be had within the limits; the names say which."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"cannot be had together: {', '.join(names)}")
