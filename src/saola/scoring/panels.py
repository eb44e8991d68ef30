"""What goes in: members' sheets on one criteria set, checked before anything is computed."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from saola.criteria import CriteriaSet, Criterion
from saola.scoring.regulation import Regulation

Ending = Literal["disqualified", "not_eligible", "stopped"]
STATUS_OF_EVENT: dict[str, Ending] = {
    "disqualify": "disqualified",
    "not_eligible": "not_eligible",
    "requirement_not_met": "not_eligible",
    "stop_evaluation": "stopped",
}


def _one_line(text: str) -> str:
    """Text of strangers as part of one line: nothing unprintable, not endless."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return plain if len(plain) <= 200 else f"{plain[:200]}…"


class Invalid(ValueError):
    """Input that the rules do not allow. `place` says where, `what` says why."""

    def __init__(self, place: str, what: str) -> None:
        self.place, self.what = _one_line(place) or "input", _one_line(what)
        super().__init__(f"{self.place}: {self.what}")


@dataclass(frozen=True, slots=True)
class Event:
    """A rule of exclusion or stop that the council, or one member, found to apply."""

    type: str
    criterion: str | None
    reason: str

    @property
    def status(self) -> Ending:
        """The outcome that this event leads to."""
        return STATUS_OF_EVENT[self.type]


@dataclass(frozen=True)
class MemberSheet:
    """One member's sheet. `points` stand in the order of the set's criteria, None = left out."""

    name: str
    points: tuple[int | None, ...]
    unfit: Mapping[str, str] = field(default_factory=dict)  # criterion → why no option fits
    events: tuple[Event, ...] = ()
    chair: bool = False
    absent: bool = False


@dataclass(frozen=True)
class Panel:
    """All sheets for one product, with what the council settled. Made by `panel()`."""

    criteria_set: CriteriaSet
    members: tuple[MemberSheet, ...]
    regulation: Regulation = field(default_factory=Regulation)
    cases: Mapping[str, str] = field(default_factory=dict)
    agreed: Mapping[str, int] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    @property
    def present(self) -> tuple[MemberSheet, ...]:
        """The members who count."""
        return tuple(member for member in self.members if not member.absent)


def check_cases(criteria_set: CriteriaSet, cases: Mapping[str, str]) -> None:
    """Raise Invalid unless exactly one existing case is chosen for each two-case criterion."""
    for criterion_id, case in cases.items():
        criterion = criteria_set.two_case.get(criterion_id)
        if criterion is None:
            raise Invalid(f"cases.{criterion_id}", "not a two-case criterion of this sheet")
        if case not in criterion.cases:
            options = ", ".join(criterion.cases)
            raise Invalid(f"cases.{criterion_id}", f"{case!r} is none of {options}")
    for criterion_id in criteria_set.two_case:
        if criterion_id not in cases:
            raise Invalid("cases", f"no case chosen for criterion {criterion_id}")


def check_points(criterion: Criterion, case: str | None, points: object, place: str) -> int:
    """The points when they are those of an option; else Invalid."""
    if type(points) is not int:
        raise Invalid(place, f"{points!r} is not a whole number")
    offered = {choice.points for choice in criterion.offered(case)}
    if points not in offered:
        raise Invalid(place, f"{points} is none of {', '.join(map(str, sorted(offered)))}")
    return points


def member_sheet(
    criteria_set: CriteriaSet,
    name: str,
    marks: Mapping[str, int],
    *,
    cases: Mapping[str, str] | None = None,
    unfit: Mapping[str, str] | None = None,
    events: Sequence[Event] = (),
    chair: bool = False,
    absent: bool = False,
    may_leave_out: bool = False,
    place: str = "",
) -> MemberSheet:
    """A checked sheet from points per criterion.

    `unfit` gives the reason where no option fits (0 points). A present member's sheet must be
    complete unless `may_leave_out`, an own event, or a story of 0 for what depends on it.
    Raises Invalid with the place.
    """
    unfit, dot = unfit or {}, f"{place}." if place else ""
    row = _row(criteria_set, marks, cases or {}, f"{dot}points")
    _add_unfit(criteria_set, row, unfit, f"{dot}no_option_fits")
    _check_story(criteria_set, row, f"{dot}points")
    sheet = MemberSheet(
        name=_name(name),
        points=tuple(row),
        unfit=dict(unfit),
        events=tuple(events),
        chair=chair,
        absent=absent,
    )
    if not (absent or events or may_leave_out):
        missing = left_out(criteria_set, row)
        if missing:
            raise Invalid(f"{dot}points", f"no points for criterion {missing[0]}")
    return sheet


def _name(text: str) -> str:
    """Names that look alike are one: composed, without blanks around."""
    return unicodedata.normalize("NFC", text).strip()


def _row(
    criteria_set: CriteriaSet, marks: Mapping[str, int], cases: Mapping[str, str], place: str
) -> list[int | None]:
    """Checked points in the order of the sheet."""
    row: list[int | None] = [None] * len(criteria_set.criteria)
    for criterion_id, points in marks.items():
        where = f"{place}.{criterion_id}"
        at = _position(criteria_set, criterion_id, where)
        criterion = criteria_set.criteria[at]
        row[at] = check_points(criterion, cases.get(criterion_id), points, where)
    return row


def _add_unfit(
    criteria_set: CriteriaSet, row: list[int | None], unfit: Mapping[str, str], place: str
) -> None:
    """Put a 0 where no option fits; each needs its reason, and no option beside it."""
    for criterion_id, reason in unfit.items():
        where = f"{place}.{criterion_id}"
        at = _position(criteria_set, criterion_id, where)
        if not isinstance(reason, str) or not reason.strip():
            raise Invalid(where, "a reason is needed")
        if row[at] is not None:
            raise Invalid(where, "the criterion has an option chosen as well")
        row[at] = 0


def left_out(criteria_set: CriteriaSet, row: Sequence[int | None]) -> list[str]:
    """Criteria without a mark that need one, in sheet order."""
    no_story = criteria_set.story and row[criteria_set.position[criteria_set.story]] == 0
    return [
        criterion.id
        for criterion, points in zip(criteria_set.criteria, row, strict=True)
        if points is None and not (no_story and criterion.id in criteria_set.story_dependents)
    ]


def _position(criteria_set: CriteriaSet, criterion_id: str, place: str) -> int:
    try:
        return criteria_set.position[criterion_id]
    except KeyError:
        raise Invalid(place, "no such criterion on this sheet") from None


def _check_story(criteria_set: CriteriaSet, row: Sequence[int | None], place: str) -> None:
    story = criteria_set.story
    if story is None or row[criteria_set.position[story]] != 0:
        return
    for criterion_id in criteria_set.story_dependents:
        if row[criteria_set.position[criterion_id]]:
            raise Invalid(
                f"{place}.{criterion_id}", f"needs a story, but criterion {story} scores 0"
            )


def panel(
    criteria_set: CriteriaSet,
    members: Sequence[MemberSheet],
    *,
    regulation: Regulation | None = None,
    cases: Mapping[str, str] | None = None,
    agreed: Mapping[str, int] | None = None,
    events: Sequence[Event] = (),
) -> Panel:
    """A checked panel; raises Invalid. Names are unique, at most one chair, somebody present."""
    regulation, cases, agreed = regulation or Regulation(), cases or {}, agreed or {}
    check_cases(criteria_set, cases)
    for criterion_id, points in agreed.items():
        place = f"agreed.{criterion_id}"
        criterion = criteria_set.criteria[_position(criteria_set, criterion_id, place)]
        check_points(criterion, cases.get(criterion_id), points, place)
    if not members:
        raise Invalid("members", "at least one member is needed")
    _check_events(criteria_set, events, "events")
    seen: set[str] = set()
    for index, member in enumerate(members):
        name = _name(member.name)
        if not name:
            raise Invalid(f"members[{index}].name", "empty")
        if name in seen:
            raise Invalid(f"members[{index}].name", f"{member.name!r} appears twice")
        seen.add(name)
        _check_events(criteria_set, member.events, f"members[{index}].events")
        may_leave_out = bool(events or member.events or member.absent)
        _check_row(criteria_set, cases, member, f"members[{index}]", may_leave_out)
    chairs = [index for index, member in enumerate(members) if member.chair]
    for _, second in pairwise(chairs):
        raise Invalid(f"members[{second}].chair", "more than one chair")
    made = Panel(criteria_set, tuple(members), regulation, dict(cases), dict(agreed), tuple(events))
    if regulation.quorum is None and not made.present:
        raise Invalid("members", "nobody is present")
    return made


def _check_row(
    criteria_set: CriteriaSet,
    cases: Mapping[str, str],
    member: MemberSheet,
    place: str,
    may_leave_out: bool,
) -> None:
    """A sheet may come from elsewhere: it must be of this set, of these cases, and complete."""
    if len(member.points) != len(criteria_set.criteria):
        raise Invalid(f"{place}.points", "the sheet belongs to another criteria set")
    for criterion, points in zip(criteria_set.criteria, member.points, strict=True):
        where = f"{place}.points.{criterion.id}"
        if criterion.id in member.unfit:
            if points != 0:
                raise Invalid(where, "no option fits, so the points are 0")
        elif points is not None:
            check_points(criterion, cases.get(criterion.id), points, where)
    _check_story(criteria_set, member.points, f"{place}.points")
    missing = [] if may_leave_out else left_out(criteria_set, member.points)
    if missing:
        raise Invalid(f"{place}.points", f"no points for criterion {missing[0]}")


def _check_events(criteria_set: CriteriaSet, events: Sequence[Event], place: str) -> None:
    for index, event in enumerate(events):
        if event.type not in STATUS_OF_EVENT:
            raise Invalid(
                f"{place}[{index}].type", f"{event.type!r} is none of {', '.join(STATUS_OF_EVENT)}"
            )
        if event.criterion is not None and event.criterion not in criteria_set.position:
            raise Invalid(f"{place}[{index}].criterion", "no such criterion on this sheet")
        if not event.reason.strip():
            raise Invalid(f"{place}[{index}].reason", "a reason is needed")


def drop_without_story(
    criteria_set: CriteriaSet, choices: dict[str, str], unfit: dict[str, str]
) -> None:
    """Where there is no story, take out of chosen option ids and reasons what depends on it: those
    criteria do not apply."""
    story = criteria_set.by_id.get(criteria_set.story or "")
    if story is None:
        return
    chosen = choices.get(story.id)
    if story.id in unfit or (chosen and story.choice(chosen).points == 0):
        for criterion_id in criteria_set.story_dependents:
            choices.pop(criterion_id, None)
            unfit.pop(criterion_id, None)
