"""The council's Quy chế: every rule the law leaves to it, as a named setting with its default."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Rounding:
    """Where and how a total is rounded before it is compared with the bands."""

    decimals: int
    mode: Literal["half_up", "half_even", "down"]
    place: Literal["total", "member"]

    def apply(self, value: Fraction) -> Fraction:
        """The value rounded by this rule; exact, for values from 0 to 100."""
        scaled = value * 10**self.decimals
        whole, rest = divmod(scaled.numerator, scaled.denominator)
        twice = 2 * rest
        up = self.mode != "down" and twice >= scaled.denominator
        if self.mode == "half_even" and twice == scaled.denominator:
            up = whole % 2 == 1
        return Fraction(whole + up, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class SpreadLimit:
    """How far members' totals may lie apart, and what happens when they do."""

    points: Fraction
    breaks: Literal["over", "at"]
    effect: Literal["block", "flag"]

    def broken_by(self, spread: int) -> bool:
        """Whether that distance breaks the rule."""
        return spread >= self.points if self.breaks == "at" else spread > self.points


@dataclass(frozen=True, slots=True)
class Quorum:
    """Who must be present: a share of all members, and the chair if asked."""

    fraction: Fraction
    chair: bool


@cache
def _choices(rule: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Fields of a rule of this module that take one of some words, with the words."""
    hints = get_type_hints(globals()[rule]) if rule in globals() else {}
    return tuple(
        (name, get_args(hint)) for name, hint in hints.items() if get_origin(hint) is Literal
    )


@dataclass(frozen=True, slots=True)
class Regulation:
    """Settings of one numbered Quy chế; the defaults are those of the scoring contract."""

    number: str = ""
    average: Literal["mean"] = "mean"
    minimum_test: Literal["agreed_or_mean", "mean", "each_member"] = "agreed_or_mean"
    minimum_effect: Literal["cumulative_cap"] = "cumulative_cap"
    missed_three_star: Literal["two_stars", "not_met"] = "two_stars"
    sheet26_markers: bool = True
    zero_stops: Literal["all", "any"] = "all"
    capped_from_90: Literal["forward", "province"] = "forward"
    rounding: Rounding | None = None
    spread_limit: SpreadLimit | None = None
    quorum: Quorum | None = None
    missing: Literal["exclude_member", "refuse"] = "exclude_member"

    def __post_init__(self) -> None:
        for rule in (self, self.rounding, self.spread_limit):
            for name, allowed in _choices(rule.__class__.__name__):
                if getattr(rule, name) not in allowed:
                    raise ValueError(f"{name}: {getattr(rule, name)!r} is none of {allowed}")


def decimal_text(value: Fraction, places: int = 6) -> str:
    """A value from 0 up with at most that many decimals, half up, no trailing zeros: "89.9"."""
    rounded = Rounding(places, "half_up", "total").apply(value)
    whole, rest = divmod(int(rounded * 10**places), 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")
