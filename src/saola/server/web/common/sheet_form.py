"""The legal table as a form: reading what was chosen, showing it again, the running result."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from saola.criteria import Choice, CriteriaSet, Criterion, Group, rulebook
from saola.lifecycle.machine import Refused
from saola.scoring import Invalid, Result, member_sheet, panel, score
from saola.scoring.explain import number, stars_text, to_next_class
from saola.scoring.panels import left_out
from saola.server.dossiers.doubts import doubts
from saola.server.dossiers.draft.saving import UNFIT
from saola.server.dossiers.models import Citation, Dossier
from saola.server.dossiers.queries import citations_by_criterion

LONGEST = 2000  # characters of a reason or a comment


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of the form with what is chosen."""

    criterion: Criterion
    choices: tuple[Choice, ...]
    chosen: str
    unfit: bool
    reason: str
    comment: str
    error: str
    evidence: Any  # whatever the page cites under this criterion
    papers: str  # kinds of paper that prove it
    on_story: bool  # does not apply without a story

    @property
    def minimums(self) -> str:
        """[[stars, points], …] as JSON, for the figures that the browser shows."""
        return json.dumps([[m.stars, m.points] for m in self.criterion.minimums])


def read(criteria_set: CriteriaSet, data: QueryDict) -> dict[str, dict[str, str]]:
    """Choices, reasons and comments from a posted form; Refused for an option not on the sheet."""
    choices, unfit, comments = {}, {}, {}
    for criterion in criteria_set.criteria:
        value = data.get(f"c-{criterion.id}", "")
        if value == UNFIT:
            unfit[criterion.id] = data.get(f"r-{criterion.id}", "").strip()[:LONGEST]
        elif value:
            if value not in {choice.id for choice in criterion.choices}:
                raise Refused(
                    f"Tiêu chí {criterion.id} không có mức “{value[:20]}”. Hãy chọn lại.",
                    field=criterion.id,
                )
            choices[criterion.id] = value
        comment = data.get(f"k-{criterion.id}", "").strip()[:LONGEST]
        if comment:
            comments[criterion.id] = comment
    return {"choices": choices, "unfit": unfit, "comments": comments}


def reasons_missing(unfit: dict[str, str]) -> list[str]:
    """Criteria marked "no option fits" without a reason."""
    return [criterion_id for criterion_id, reason in unfit.items() if not reason]


def lines(
    criteria_set: CriteriaSet,
    sheet: dict[str, dict[str, str]],
    *,
    cases: dict[str, str],
    errors: dict[str, str] | None = None,
    evidence: dict[str, Any] | None = None,
    only: Group | None = None,
) -> list[dict[str, Any]]:
    """Parts → groups → lines, for the template; with `only`, that group alone."""
    errors, evidence = errors or {}, evidence or {}
    book = rulebook(criteria_set.rulebook)

    def line(criterion: Criterion) -> Line:
        return Line(
            criterion,
            criterion.offered(cases.get(criterion.id)),
            sheet["choices"].get(criterion.id, ""),
            criterion.id in sheet["unfit"],
            sheet["unfit"].get(criterion.id, ""),
            sheet["comments"].get(criterion.id, ""),
            errors.get(criterion.id, ""),
            evidence.get(criterion.id, ()),
            "; ".join(book.evidence_label(kind) for kind in criterion.evidence),
            criterion.id in criteria_set.story_dependents,
        )

    return [
        {
            "part": part,
            "groups": [
                {"group": group, "lines": [line(c) for c in group.criteria]}
                for group in part.groups
                if only is None or group is only
            ],
        }
        for part in criteria_set.parts
        if only is None or only in part.groups
    ]


def bands(criteria_set: CriteriaSet) -> str:
    """[[from points, stars], …], highest first, as JSON for the browser."""
    rows = rulebook(criteria_set.rulebook).bands
    return json.dumps(sorted(((band.start, band.stars) for band in rows), reverse=True))


@dataclass(frozen=True, slots=True)
class Running:
    """The sheet's own figures while it is filled in; not a lawful result."""

    total: int
    done: int
    of: int
    missing: list[str]
    stars: str
    unmet: list[str]


def running(
    criteria_set: CriteriaSet, sheet: dict[str, dict[str, str]], cases: dict[str, str]
) -> Running:
    """Total so far; class and unmet minimums once everything is chosen."""
    marks = {
        criterion.id: choice.points
        for criterion in criteria_set.criteria
        for choice in criterion.choices
        if choice.id == sheet["choices"].get(criterion.id)
    }
    reasons = {key: reason or "…" for key, reason in sheet["unfit"].items()}
    try:
        own = member_sheet(
            criteria_set, "mình", marks, cases=cases, unfit=reasons, may_leave_out=True
        )
        missing = left_out(criteria_set, own.points)
        result: Result | None = None
        if not missing:
            result = score(panel(criteria_set, [own], cases=cases))
    except Invalid as fault:
        return Running(sum(marks.values()), 0, len(criteria_set.criteria), [fault.place], "", [])
    count = len(criteria_set.criteria)
    unmet = [] if result else _already_missed(criteria_set, own.points)
    step = to_next_class(result) if result else None
    if step:
        unmet = [f"{m.criterion} từ {m.needed} điểm ({m.stars} sao)" for m in step.minimums]
        if step.points:
            unmet.insert(0, f"thêm {number(step.points)} điểm để vào khung {step.stars} sao")
    return Running(
        sum(points or 0 for points in own.points),
        count - len(missing),
        count,
        missing,
        stars_text(result.stars) if result else "",
        unmet,
    )


def saved_answer(
    criteria_set: CriteriaSet, sheet: dict[str, Any], cases: dict[str, str], revision: int
) -> JsonResponse:
    """What a page that saves by itself is told."""
    told = running(criteria_set, sheet, cases)
    return JsonResponse(
        {
            "revision": revision,
            "saved": gettext("Đã lưu %(time)s") % {"time": f"{timezone.localtime():%H:%M}"},
            "stars": told.stars,
            "unmet": told.unmet,
        }
    )


def unsaved_answer(reason: str) -> JsonResponse:
    """Why nothing was saved this time."""
    return JsonResponse({"reason": f"{gettext('chưa lưu')}: {reason}"}, status=409)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the producer chose for one criterion."""

    criterion: Criterion
    text: str
    points: int | None
    comment: str
    evidence: Any


def claims(
    criteria_set: CriteriaSet, sheet: Any, evidence: dict[str, list[dict[str, Any]]]
) -> list[Claim]:
    """The self-assessment for reading, in the order of the sheet."""
    found = []
    for criterion in criteria_set.criteria:
        chosen = next(
            (c for c in criterion.choices if c.id == sheet.choices.get(criterion.id)), None
        )
        unfit = sheet.unfit.get(criterion.id)
        text = chosen.text if chosen else unfit or ""
        points = chosen.points if chosen else 0 if unfit else None
        comment = sheet.comments.get(criterion.id, "")
        found.append(Claim(criterion, text, points, comment, evidence.get(criterion.id, [])))
    return found


def evidence_lines(
    dossier: Dossier, address: Callable[[Citation], str]
) -> dict[str, list[dict[str, Any]]]:
    """Cited evidence by criterion, with its address for this page's audience."""
    by_criterion = citations_by_criterion(dossier)
    cited = {c.evidence_id: c.evidence for citations in by_criterion.values() for c in citations}
    asked = doubts(dossier, cited.values(), timezone.localdate())
    return {
        criterion: [
            {
                "title": c.evidence.title,
                "page": c.page,
                "doubts": asked.get(c.evidence_id, []),
                "address": address(c) + (f"#page={c.page}" if c.page else ""),
            }
            for c in citations
        ]
        for criterion, citations in by_criterion.items()
    }


def _already_missed(criteria_set: CriteriaSet, points: tuple[int | None, ...]) -> list[str]:
    """Classes that an option already chosen rules out, while the rest is still open."""
    return [
        f"mức đã chọn ở {criterion.id} dưới yêu cầu tối thiểu của {minimum.stars} sao"
        for criterion, chosen in zip(criteria_set.criteria, points, strict=True)
        for minimum in criterion.minimums
        if chosen is not None and chosen < minimum.points
    ]
