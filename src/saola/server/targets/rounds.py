"""How dossiers went through the rounds, and how the offices' clocks stand."""

from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from saola.criteria import load, rulebook
from saola.lifecycle.dossier import OUTCOME_KNOWN, State
from saola.server.dossiers.models import Dossier

YEARS = 3  # looked back
DONE = {str(state) for state in OUTCOME_KNOWN} | {str(State.NOTIFIED)}


@dataclass
class RoundRow:
    """One round: dossiers proposed for it, recognised, with another outcome, not yet at an end;
    days from filing to recognition of those that were recognised."""

    results_before: date
    number: int
    proposed: int = 0
    recognised: int = 0
    ended: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Not yet at an end."""
        return self.proposed - self.recognised - self.ended

    @property
    def median_days(self) -> int | None:
        """From filing to recognition."""
        return round(median(self.days)) if self.days else None


def rounds(seen: QuerySet[Dossier], on: date) -> list[RoundRow]:
    """The provincial rounds of the last years, as far as these dossiers tell, the newest first."""
    rows = seen.filter(
        proposed_on__lte=on, proposed_on__gte=date(on.year - YEARS, 1, 1)
    ).annotate(recognised=Max("recognitions__recognised_on"))  # fmt: skip
    found: dict[date, RoundRow] = {}
    for sheet, proposed, filed, state, recognised in rows.values_list(
        "sheet_id", "proposed_on", "filed_on", "state", "recognised"
    ):
        if proposed is None:
            continue
        one = rulebook(load(sheet).rulebook).round_for("province", proposed)
        if one is None:
            continue
        row = found.setdefault(one.results_before, RoundRow(one.results_before, one.number))
        row.proposed += 1
        if recognised is not None and recognised <= on:
            row.recognised += 1
            if filed is not None:
                row.days.append((recognised - filed).days)
        elif state in DONE or state in (State.RETURNED, State.WITHDRAWN):
            row.ended += 1
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
