"""What a way is made of: criteria with the levels above them, what a class asks, a plan's steps."""

from collections.abc import Mapping
from dataclasses import dataclass

SURE = 100  # percent


@dataclass(frozen=True, slots=True)
class Level:
    """A level that a criterion could be raised to: its points; what it takes from today, in a unit
    of money and in months of its own; how likely it succeeds, in percent; what other criteria need
    before it as (criterion, points)."""

    points: int
    cost: int
    months: int
    chance: int = SURE
    needs: tuple[tuple[str, int], ...] = ()
    what: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A criterion as it stands, and the higher levels of it."""

    criterion: str
    now: int
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        for level in self.levels:
            if level.points <= self.now:
                raise ValueError(f"{self.criterion}: level {level.points} is not above {self.now}")
            if level.cost < 0 or level.months < 0 or not 0 < level.chance <= SURE:
                raise ValueError(f"{self.criterion}: cost, months or chance cannot be")


@dataclass(frozen=True, slots=True)
class Goal:
    """Points in all (the class's threshold and a margin for what scorers differ by), and the least
    of single criteria."""

    points: int
    minimums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """Raise one criterion; it begins after so many months and ends after so many."""

    criterion: str
    level: Level
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, what they take together, the points reached, the chance in all (0–1)
    that every one succeeds."""

    steps: tuple[Step, ...]
    cost: int
    months: int
    points: int
    chance: float


class Unreachable(ValueError):
    """No combination of levels does it: `points` is the most that can be had, `minimums` those that
    no level meets."""

    def __init__(self, points: int, minimums: Mapping[str, int]) -> None:
        self.points, self.minimums = points, dict(minimums)
        super().__init__(f"at most {points} points; minimums out of reach: {sorted(minimums)}")
