"""What a criteria set is: parts, groups, criteria, choices, minimums and rules, all immutable."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a criterion, in the wording of the law."""

    id: str  # "1.1#2", in a two-case criterion "8[a]#2"
    points: int
    text: str
    short: str | None
    min_for: int | None  # the star class whose minimum this option is
    case: str | None
    as_published: str | None  # what the decision prints, where it cannot be meant
    implied: bool  # the decision prints no options; these follow from the maximum


@dataclass(frozen=True, slots=True)
class Minimum:
    """Lowest points a criterion needs for a star class."""

    stars: int
    points: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule printed beside a criterion or a group; the types are explained in the rulebook."""

    type: str
    text: str


@dataclass(frozen=True)
class Criterion:
    """One line of the table with its options."""

    id: str
    label: str
    max: int
    choices: tuple[Choice, ...]
    cases: dict[str, str]  # case → its name; empty where there is one case only
    minimums: tuple[Minimum, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    evidence: tuple[str, ...]  # ids of the evidence catalogue; guidance, not law
    commune_review: bool
    personal_data: str | None
    subgroup: str | None
    published_id: str | None
    heading_marker_stars: int | None

    def offered(self, case: str | None = None) -> tuple[Choice, ...]:
        """The options to choose from, in a two-case criterion those of the chosen case."""
        return tuple(choice for choice in self.choices if choice.case == case)

    def choice(self, choice_id: str) -> Choice:
        """The option of that id; KeyError when the criterion has none such."""
        for choice in self.choices:
            if choice.id == choice_id:
                return choice
        raise KeyError(choice_id)

    def minimum(self, stars: int) -> int | None:
        """Points needed for a class, None where the class asks nothing of this criterion."""
        return next((m.points for m in self.minimums if m.stars == stars), None)


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A heading between group and criterion, as "Ngoại hình" in the tea sheet."""

    id: str
    label: str
    max: int


@dataclass(frozen=True, slots=True)
class Group:
    """A numbered group of criteria."""

    id: str
    label: str
    max: int
    criteria: tuple[Criterion, ...]
    subgroups: tuple[Subgroup, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Part A, B or C of the sheet."""

    id: str
    label: str
    max: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class CriteriaSet:
    """The legal table for one product group under one decision."""

    id: str
    rulebook: str
    slug: str
    decision: str
    decided_on: date
    in_force_from: date
    in_force_to: date | None  # the day it ceases; None while in force
    number: int
    code: str | None
    name: str
    product_line: str | None
    agencies: tuple[str, ...]
    sample_units: int | None
    max: int
    minimum_rule: str | None  # the sentence that gives the markers their meaning
    disqualified_when: str | None
    verified: bool
    verification: str
    source: str
    anomalies: tuple[str, ...]
    parts: tuple[Part, ...]
    story: str | None  # the criterion whose 0 means "no story"
    story_dependents: tuple[str, ...]
    zero_stops: tuple[str, ...]  # criteria where a 0 ends the evaluation
    fingerprint: str  # "sha256:…" of the canonical JSON

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order of the sheet."""
        return tuple(c for part in self.parts for group in part.groups for c in group.criteria)

    @cached_property
    def by_id(self) -> dict[str, Criterion]:
        """Criterion by its number."""
        return {criterion.id: criterion for criterion in self.criteria}

    @cached_property
    def position(self) -> dict[str, int]:
        """Place of a criterion in `criteria`."""
        return {criterion.id: place for place, criterion in enumerate(self.criteria)}

    @cached_property
    def two_case(self) -> dict[str, Criterion]:
        """The criteria that are scored under one of two cases."""
        return {criterion.id: criterion for criterion in self.criteria if criterion.cases}

    @cached_property
    def part_slices(self) -> tuple[tuple[str, int, int], ...]:
        """(part, first, behind the last) as places in `criteria`."""
        slices, start = [], 0
        for part in self.parts:
            end = start + sum(len(group.criteria) for group in part.groups)
            slices.append((part.id, start, end))
            start = end
        return tuple(slices)

    def groups(self) -> Iterator[Group]:
        """All groups in the order of the sheet."""
        for part in self.parts:
            yield from part.groups
