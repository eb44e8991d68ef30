"""What comes out: the class of one product with everything that led to it."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from saola.scoring.panels import Panel

Status = Literal[
    "scored",
    "stopped",
    "disqualified",
    "not_eligible",
    "needs_decision",
    "no_quorum",
    "spread_exceeded",
]


@dataclass(frozen=True, slots=True)
class Missed:
    """A minimum that was not reached."""

    stars: int
    criterion: str
    needed: int
    reached: Fraction


@dataclass(frozen=True, slots=True)
class Because:
    """One reason that ended the evaluation; `member` is None for the council as a whole."""

    criterion: str | None
    reason: str
    member: str | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Distance between the highest and the lowest total, and who lies too far from another."""

    max: int
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """Points, class and reasons. Figures are None where the status leaves no lawful figure.

    `total` is the exact mean of the members' totals; a rounding of the Quy chế changes only what
    is compared with the bands.
    """

    panel: Panel = field(repr=False)
    status: Status
    total: Fraction | None = None
    parts: dict[str, Fraction] | None = None
    band: int | None = None
    stars: int | None = None
    capped_by: tuple[Missed, ...] = ()
    spread: Spread | None = None
    because: tuple[Because, ...] = ()

    @property
    def forwarded(self) -> bool:
        """Whether the province sends the product on to the ministry instead of certifying it."""
        if self.status != "scored" or self.total is None or self.total < 90:
            return False
        return not self.capped_by or self.panel.regulation.capped_from_90 == "forward"

    @property
    def certificate(self) -> bool:
        """Whether the province may issue a certificate on this result."""
        return self.stars in (3, 4) and not self.forwarded

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the criteria set that was used."""
        return self.panel.criteria_set.fingerprint
