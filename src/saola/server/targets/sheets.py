"""Where products stand: their last lawful sheets, read as the decision in force has them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import floor

from django.utils import timezone

from saola.criteria import CriteriaSet, rulebook
from saola.planning.mapping import Mapped, mapped
from saola.server.councils.models import Result
from saola.server.councils.reports.gaps import means
from saola.server.dossiers.completeness import marks
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.products.models import Product
from saola.server.targets.models import StepDone
from saola.server.targets.terms import terms

HIGHEST, LOWEST = 5, 3
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a product stands: points by criterion, whose word it is, the class to reach next. Where
    the sheet is of an earlier decision, `mapped` tells how it was read as one of the new."""

    product_id: int
    dossier: Dossier
    criteria_set: CriteriaSet
    points: dict[str, int]
    cases: dict[str, str]
    by_council: bool
    next_stars: int
    mapped: Mapped | None

    @property
    def in_force(self) -> bool:
        """Whether its decision is still the law."""
        return rulebook(self.criteria_set.rulebook).in_force_to is None


def last_sheet(product: Product) -> Sheet | None:
    """From the council's last concluded result, else from the newest self-assessment; steps that
    were ticked off since raise it. None where nothing was assessed."""
    return next(last_sheets([product.pk]), None)


def last_sheets(products: Iterable[int]) -> Iterator[Sheet]:
    """The same for many, a few statements for every five hundred."""
    keys = list(products)
    for at in range(0, len(keys), AT_ONCE):
        yield from _some(keys[at : at + AT_ONCE])


def _some(keys: list[int]) -> Iterator[Sheet]:
    concluded = (
        Result.objects.filter(dossier__product__in=keys, concluded_at__isnull=False)
        .select_related("dossier")
        .order_by("pk")
    )  # fmt: skip
    last = {row.dossier.product_id: row for row in concluded}
    own = _own_words(keys, last)
    held = {t.product: int(t.stars or 0) for t in terms(timezone.localdate()).held()}
    ticked: dict[tuple[int, str], list[StepDone]] = {}
    for step in StepDone.objects.filter(product__in=keys):
        ticked.setdefault((step.product_id, step.sheet_id), []).append(step)
    for key in keys:
        since = None  # steps are ticked off on top of the own words
        if key in own:
            dossier = own[key].dossier
            points = marks(dossier.sheet_id, own[key].choices)
            stars = min(HIGHEST, max(dossier.target_stars, held.get(key, 0) + 1))
            sheet = _read(key, dossier, points, stars, by_council=False)
        elif key in last and last[key].status == "scored":
            row = last[key]
            exact = means(row.dossier.criteria_set, row)
            points = {name: floor(mean) for name, mean in exact.items()}
            stars = max(LOWEST, min(HIGHEST, (row.stars or 0) + 1))
            sheet = _read(key, row.dossier, points, stars, by_council=True)
            since = row.concluded_at
        else:
            continue
        for step in ticked.get((key, sheet.criteria_set.id), ()):
            if since is None or step.at > since:  # else the council has judged it
                before = sheet.points.get(step.criterion, 0)
                sheet.points[step.criterion] = max(before, step.points)
        yield sheet


def _own_words(keys: list[int], last: dict[int, Result]) -> dict[int, SelfAssessment]:
    """Self-assessments of products that no council has scored; where one has stopped them, only
    what was written since."""
    asked = [key for key in keys if key not in last or last[key].status != "scored"]
    rows = (
        SelfAssessment.objects.filter(dossier__product__in=asked)
        .exclude(choices={})
        .select_related("dossier")
        .order_by("dossier_id")
    )  # fmt: skip
    found = {}
    for row in rows:
        ended = last.get(row.dossier.product_id)
        if ended is None or (ended.concluded_at and row.saved_at > ended.concluded_at):
            found[row.dossier.product_id] = row
    return found


def _read(
    product: int, dossier: Dossier, points: dict[str, int], stars: int, *, by_council: bool
) -> Sheet:
    new = mapped(dossier.criteria_set, points, dossier.cases)
    if new is None:
        own = dossier.criteria_set
        return Sheet(product, dossier, own, points, dossier.cases, by_council, stars, None)
    return Sheet(
        product, dossier, new.criteria_set, dict(new.points), new.cases, by_council, stars, new
    )
