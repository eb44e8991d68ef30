"""A sheet of an earlier decision read as one of the decision in force, by a dated table of names.

Points are carried where a criterion has the same name, or one that the table holds for the same: at
most so many as the new sheet has an option for. What the new sheet asks anew begins at nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from saola.criteria import CriteriaSet, load, sheet_ids
from saola.vietnamese.folding import fold


@dataclass(frozen=True)
class Mapped:
    """The new sheet with its points by criterion and its cases; labels of old criteria that lead
    nowhere, ids of new ones that nothing led to; the day of the table and whose it is."""

    criteria_set: CriteriaSet
    points: dict[str, int]
    cases: dict[str, str]
    lost: tuple[str, ...]
    new: tuple[str, ...]
    dated: str
    by: str


@cache
def _table() -> dict[str, Any]:
    text = resources.files("saola.planning").joinpath("mapped.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    table["labels"] = {
        fold(old): [fold(one) for one in new] for old, new in table["labels"].items()
    }
    return table


@cache
def _sheets(rulebook: str) -> dict[int, str]:
    """Sheets of a decision by their number in Phụ lục I."""
    sets = (load(sheet) for sheet in sheet_ids())
    return {one.number: one.id for one in sets if one.rulebook == rulebook}


def mapped(
    criteria_set: CriteriaSet, points: Mapping[str, int], cases: Mapping[str, str] | None = None
) -> Mapped | None:
    """The sheet in the words of the newer decision; None where the table does not begin at it."""
    table = _table()
    if criteria_set.rulebook != table["from"]:
        return None
    new = load(_sheets(table["to"])[criteria_set.number])
    by_name = {fold(criterion.label): criterion for criterion in new.criteria}
    found: dict[str, int] = {}
    chosen: dict[str, str] = {}
    lost = []
    for criterion in criteria_set.criteria:
        name = fold(criterion.label)
        names = [name, *table["labels"].get(name, ())]
        same = next((by_name[one] for one in names if one in by_name), None)
        if same is None:
            lost.append(criterion.label)
            continue
        case = (cases or {}).get(criterion.id)
        if case is not None and same.cases:
            chosen[same.id] = case
        had = points.get(criterion.id, 0)
        offered = same.offered(chosen.get(same.id))
        found[same.id] = max((c.points for c in offered if c.points <= had), default=0)
    left = tuple(criterion.id for criterion in new.criteria if criterion.id not in found)
    return Mapped(new, found, chosen, tuple(lost), left, table["dated"], table["by"])
