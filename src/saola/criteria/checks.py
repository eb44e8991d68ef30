"""Proves what can be proved of a criteria set, and names what its sources leave open."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from saola.criteria.model import CriteriaSet, Criterion
from saola.criteria.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class Finding:
    """One open point of a sheet. `code` names its kind, `level` is "warning" or "error".

    An error would make scores wrong in our data; a warning is the source's own open point, kept
    as published.
    """

    sheet: str
    level: str
    code: str
    place: str
    text: str


def check(criteria_set: CriteriaSet) -> list[Finding]:
    """All findings of one set, in the order of the sheet."""
    return [
        Finding(criteria_set.id, level, code, place, text)
        for level, code, place, text in (
            *_identity(criteria_set),
            *_sums(criteria_set),
            *(finding for c in criteria_set.criteria for finding in _criterion(c)),
            *_reading(criteria_set),
            *(("warning", "anomaly", "", text) for text in criteria_set.anomalies),
        )
    ]


Row = tuple[str, str, str, str]


def _identity(s: CriteriaSet) -> Iterator[Row]:
    for what, ids in (
        ("criterion", [c.id for c in s.criteria]),
        ("option", [o.id for c in s.criteria for o in c.choices]),
        ("group", [g.id for g in s.groups()]),
    ):
        for duplicate, count in Counter(ids).items():
            if count > 1:
                yield "error", "duplicate-id", duplicate, f"{what} appears {count} times"


def _sums(s: CriteriaSet) -> Iterator[Row]:
    """Parts against the decision, groups against parts, criteria against groups."""
    expected = rulebook(s.rulebook).facts["score"]["parts"]
    parts = {part.id: part.max for part in s.parts}
    if parts != expected:
        yield "error", "parts", "", f"parts are {parts}, the decision says {expected}"
    if sum(parts.values()) != s.max:
        yield "error", "total", "", f"parts add up to {sum(parts.values())}, not {s.max}"
    for part in s.parts:
        total = sum(group.max for group in part.groups)
        if total != part.max:
            yield "warning", "open-sum", part.id, f"groups add up to {total}, heading {part.max}"
        for group in part.groups:
            total = sum(criterion.max for criterion in group.criteria)
            if total != group.max:
                yield "error", "group-sum", group.id, f"criteria add up to {total}, not {group.max}"


def _criterion(c: Criterion) -> Iterator[Row]:
    for case in c.cases or (None,):
        points = [choice.points for choice in c.offered(case)]
        place = f"{c.id}[{case}]" if case else c.id
        if points != sorted(points):
            yield "error", "ladder-falls", place, f"points {points} do not rise"
        elif len(set(points)) < len(points):
            yield "warning", "ladder-repeats", place, f"points {points} repeat a value"
        if max(points) > c.max:
            yield "error", "over-maximum", place, f"best option {max(points)}, maximum {c.max}"
        elif max(points) < c.max and not c.cases:
            yield "warning", "under-maximum", place, f"best option {max(points)}, maximum {c.max}"
        if points[0] != 0:
            yield "warning", "no-zero", place, "no option of 0 points: none fitting scores 0"
    if c.cases and max(choice.points for choice in c.choices) != c.max:
        yield "error", "under-maximum", c.id, "no case reaches the maximum"
    yield from _minimums(c)


def _minimums(c: Criterion) -> Iterator[Row]:
    marked = {(o.min_for, o.points) for o in c.choices if o.min_for}
    if marked != {(m.stars, m.points) for m in c.minimums}:
        yield "error", "minimum-mismatch", c.id, "markers of options and minimums differ"
    by_class = sorted((m.stars, m.points) for m in c.minimums)
    if [points for _, points in by_class] != sorted(points for _, points in by_class):
        yield "error", "minimum-falls", c.id, f"minimums {by_class} fall with the class"
    for minimum in c.minimums:
        if minimum.points > c.max:
            yield "error", "minimum-unreachable", c.id, f"{minimum.points} of {c.max} points"


def _reading(s: CriteriaSet) -> Iterator[Row]:
    """Readings that the library had to choose; each is named, none is silent."""
    if s.minimum_rule is None and any(c.minimums for c in s.criteria):
        yield (
            "warning",
            "markers-unexplained",
            "",
            "star markers without the sentence that explains them (setting sheet26_markers)",
        )
    if s.rulebook != "26-2026":
        yield "warning", "closed-bands", "", "closed whole-number bands are read as half-open"
    if not s.verified:
        yield "warning", "unverified", "", s.verification
    for c in s.criteria:
        if c.id == s.story and any(rule.type == "applies_if_story" for rule in c.rules):
            yield "warning", "story-rule-on-story", c.id, "depends on itself: the rule is ignored"
        if c.heading_marker_stars:
            yield (
                "warning",
                "heading-marker",
                c.id,
                f"marker of {c.heading_marker_stars} stars on the heading, not on an option",
            )
    for group in s.groups():
        for c in group.criteria:
            if c.id == (s.zero_stops[-1] if s.zero_stops else None) and len(s.zero_stops) > 1:
                listed = ", ".join(s.zero_stops)
                yield "warning", "zero-stops", c.id, f'"the criteria above" is read as {listed}'
