"""Marks of a session as arrays: which product, which criterion, which member, which level."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saola.scoring import Panel
from saola.statistics.agreement import Matrix

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Ratings:
    """One row a mark. `product`, `criterion`, `member` point into the lists of names; `level` is
    the place of the points on the criterion's ladder, from 0, levels nobody used left out."""

    products: Sequence[str]
    criteria: Sequence[str]
    members: Sequence[str]
    product: Index
    criterion: Index
    member: Index
    level: Index
    points: Mapping[str, Sequence[int]]  # criterion → points of its used levels, rising


def ratings(panels: Mapping[str, Panel]) -> Ratings:
    """Every mark of the present members, by name of product. A criterion is named by its sheet
    and number, for sheets differ."""
    rows: list[tuple[str, str, str, int]] = [
        (product, f"{panel.criteria_set.id} {criterion.id}", sheet.name, points)
        for product, panel in panels.items()
        for sheet in panel.present
        for criterion, points in zip(panel.criteria_set.criteria, sheet.points, strict=True)
        if points is not None
    ]
    products, product = _named(row[0] for row in rows)
    criteria, criterion = _named(row[1] for row in rows)
    members, member = _named(row[2] for row in rows)
    marks = np.array([row[3] for row in rows], np.intp)
    level = np.empty_like(marks)
    ladders = {}
    for at, name in enumerate(criteria):
        here = criterion == at
        used, level[here] = np.unique(marks[here], return_inverse=True)
        ladders[name] = [int(points) for points in used]
    return Ratings(products, criteria, members, product, criterion, member, level, ladders)


def _named(names: Iterable[str]) -> tuple[list[str], Index]:
    """Names in the order of coming, and for each row the place of its name."""
    places: dict[str, int] = {}
    rows = [places.setdefault(name, len(places)) for name in names]
    return list(places), np.array(rows, np.intp)


def totals(panels: Mapping[str, Panel]) -> tuple[list[str], list[str], Matrix]:
    """Products, members, and the members' totals, products × members; NaN without a complete
    sheet of that member."""
    members = list(dict.fromkeys(sheet.name for p in panels.values() for sheet in p.present))
    found = np.full((len(panels), len(members)), np.nan)
    for row, panel in enumerate(panels.values()):
        for sheet in panel.present:
            if any(points is not None for points in sheet.points) and not sheet.events:
                found[row, members.index(sheet.name)] = sum(points or 0 for points in sheet.points)
    return list(panels), members, found
