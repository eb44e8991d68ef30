"""How dossiers went through the rounds, and how the offices' clocks stand."""

from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from saola.criteria import load, rulebook
from saola.lifecycle.dossier import OUTCOME_KNOWN, State
from saola.server.dossiers.models import Dossier, StepLog

YEARS = 3  # looked back
DONE = {str(state) for state in OUTCOME_KNOWN} | {str(State.NOTIFIED)}


@dataclass
class RoundRow:
    """One round by the keys of its dossiers: proposed for it, recognised, with another outcome;
    days from filing to recognition of those that were recognised."""

    results_before: date
    number: int
    proposed: list[int] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """In addresses."""
        return self.results_before.isoformat()

    @property
    def open(self) -> list[int]:
        """Not yet at an end."""
        over = {*self.recognised, *self.ended}
        return [key for key in self.proposed if key not in over]

    @property
    def median_days(self) -> int | None:
        """From filing to recognition."""
        return round(median(self.days)) if self.days else None


def rounds(seen: QuerySet[Dossier], on: date) -> list[RoundRow]:
    """The provincial rounds of the last years as they stood on the day, as far as these dossiers
    tell, the newest first."""
    then = StepLog.objects.filter(dossier=OuterRef("pk"), at__date__lte=on).order_by("-pk")
    rows = seen.filter(
        proposed_on__lte=on, proposed_on__gte=date(on.year - YEARS, 1, 1)
    ).annotate(
        recognised=Max("recognitions__recognised_on"),
        then=Coalesce(Subquery(then.values("target")[:1]), "state"),
    )  # fmt: skip
    found: dict[date, RoundRow] = {}
    for key, sheet, proposed, filed, state, recognised in rows.order_by("pk").values_list(
        "pk", "sheet_id", "proposed_on", "filed_on", "then", "recognised"
    ):
        if proposed is None:
            continue
        one = rulebook(load(sheet).rulebook).round_for("province", proposed)
        if one is None:
            continue
        row = found.setdefault(one.results_before, RoundRow(one.results_before, one.number))
        row.proposed.append(key)
        if recognised is not None and recognised <= on:
            row.recognised.append(key)
            if filed is not None:
                row.days.append((recognised - filed).days)
        elif state in DONE or state in (State.RETURNED, State.WITHDRAWN):
            row.ended.append(key)
    return [found[day] for day in sorted(found, reverse=True)]


def clocks(seen: QuerySet[Dossier], today: date) -> list[tuple[str, dict[str, int]]]:
    """Open dossiers by state: all, those whose clock has run out, those whose clock stands."""
    rows: Any = (
        seen.pending()  # type: ignore[attr-defined]
        .order_by()
        .values("state")
        .annotate(
            all=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=today, paused_on=None)),
            paused=Count("pk", filter=Q(paused_on__isnull=False)),
        )
    )
    order = {str(state): at for at, state in enumerate(State)}
    told = sorted(rows, key=lambda row: order[row["state"]])
    return [(row["state"], {name: row[name] for name in ("all", "late", "paused")}) for row in told]


def waiting(seen: QuerySet[Dossier], today: date, state: str, which: str) -> list[int]:
    """The dossiers behind one of those counts: `which` is all, late or paused."""
    rows = seen.pending().filter(state=state)  # type: ignore[attr-defined]
    if which == "late":
        rows = rows.filter(due_on__lt=today, paused_on=None)
    if which == "paused":
        rows = rows.filter(paused_on__isnull=False)
    return list(rows.order_by("due_on", "pk").values_list("pk", flat=True))
