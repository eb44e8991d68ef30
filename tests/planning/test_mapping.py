"""Sheets of 148/2023 read as sheets of 26/2026."""

import pytest

from saola.criteria import load, sheet_ids
from saola.planning import cheapest
from saola.planning.mapping import mapped
from saola.planning.sheets import goal, ladders

OLD = [sheet for sheet in sheet_ids() if sheet.startswith("148-2023")]


@pytest.mark.parametrize("sheet", OLD)
def test_every_old_sheet_has_its_new_one(sheet: str) -> None:
    old = load(sheet)
    cases = {c.id: "a" for c in old.criteria if c.cases}
    most = {c.id: max(x.points for x in c.offered(cases.get(c.id))) for c in old.criteria}

    found = mapped(old, most, cases)

    assert found is not None
    assert (found.criteria_set.rulebook, found.criteria_set.number) == ("26-2026", old.number)
    # what leads nowhere: bookkeeping, and periodic tests that the new sheets have no longer
    assert len(found.lost) <= 3
    assert len(found.new) <= 3
    assert sum(found.points.values()) <= found.criteria_set.max
    for one, points in found.points.items():
        criterion = found.criteria_set.by_id[one]
        assert points in {x.points for x in criterion.offered(found.cases.get(one))} | {0}


def test_a_way_begins_at_the_mapped_sheet() -> None:
    old = load(OLD[0])
    now = {c.id: max(x.points for x in c.choices) // 2 for c in old.criteria}
    found = mapped(old, now)
    assert found is not None
    rows = ladders(found.criteria_set, found.points, cases=found.cases)
    plan = cheapest(rows, goal(found.criteria_set, 3))
    assert plan.points >= 50


def test_other_sheets_are_left_alone() -> None:
    assert mapped(load(next(s for s in sheet_ids() if s.startswith("26-2026"))), {}) is None
    assert mapped(load(next(s for s in sheet_ids() if s.startswith("1048"))), {}) is None
