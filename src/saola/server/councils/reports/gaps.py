"""What keeps products from the next class, product by product grouped by criterion.

From the council's last sheets where there are some, else from the producer's own assessment.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from saola.criteria import CriteriaSet
from saola.scoring.contract import panel_from
from saola.server.councils.models import Result
from saola.server.dossiers.completeness import marks
from saola.server.dossiers.models import Dossier, SelfAssessment


@dataclass(frozen=True, slots=True)
class Lack:
    """One product below the minimum of its next class at a criterion."""

    dossier: Dossier
    criterion: str
    has: Fraction | None
    needs: int
    stars: int
    by_council: bool


@dataclass(slots=True)
class Gap:
    """A criterion, by its name, with all products that lack there."""

    label: str
    lacks: list[Lack] = field(default_factory=list)


def gaps(user: Any) -> list[Gap]:
    """Criteria with most products lacking first; three queries at any number of products."""
    newest: dict[int, Dossier] = {}
    rows = Dossier.objects.visible_to(user).exclude(filed_on=None)
    for dossier in rows.select_related("product__producer", "place").order_by("filed_on", "pk"):
        newest[dossier.product_id] = dossier
    ids = [dossier.pk for dossier in newest.values()]
    results = {
        row.dossier_id: row
        for row in Result.objects.filter(dossier__in=ids, status="scored").order_by("pk")
        if row.concluded_at is not None
    }
    own = {row.dossier_id: row for row in SelfAssessment.objects.filter(dossier__in=ids)}
    found: dict[str, Gap] = {}
    for dossier in newest.values():
        for lack in _lacks(dossier, results.get(dossier.pk), own.get(dossier.pk)):
            label = dossier.criteria_set.by_id[lack.criterion].label
            found.setdefault(label.casefold(), Gap(label)).lacks.append(lack)
    return sorted(found.values(), key=lambda gap: (-len(gap.lacks), gap.label))


def _lacks(dossier: Dossier, result: Result | None, own: SelfAssessment | None) -> list[Lack]:
    criteria_set = dossier.criteria_set
    if result is not None:
        levels: dict[str, Fraction] = means(criteria_set, result)
        stars = min(5, (result.stars or 0) + 1)
    elif own is not None:
        chosen = marks(dossier.sheet_id, own.choices) | dict.fromkeys(own.unfit, 0)
        levels = {criterion: Fraction(points) for criterion, points in chosen.items()}
        stars = dossier.target_stars
    else:
        return []
    stars = max(3, stars)
    return [
        Lack(dossier, criterion.id, level, needs, stars, result is not None)
        for criterion in criteria_set.criteria
        if (needs := max((m.points for m in criterion.minimums if m.stars <= stars), default=0))
        and ((level := levels.get(criterion.id)) is None or level < needs)
    ]


def means(criteria_set: CriteriaSet, result: Result) -> dict[str, Fraction]:
    """Mean of the members' points by criterion, from the input of the result itself."""
    sheets = panel_from(result.input).present
    return {
        criterion.id: Fraction(sum(sheet.points[at] or 0 for sheet in sheets), len(sheets))
        for at, criterion in enumerate(criteria_set.criteria)
        if sheets
    }
