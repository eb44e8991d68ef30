"""1,000 random panels on each of the 78 sheets against a second, naive computation."""

import random
from typing import Any

import pytest

from saola.criteria import sheet_ids
from saola.criteria.load import raw
from saola.scoring import score
from saola.scoring.contract import panel_from, result_data
from tests.slow import second_reading

PANELS = 1000


def random_input(sheet: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One to five complete sheets, good ones more often than bad, and a random Quy chế."""
    cases = {c: chance.choice(list_) for c, list_ in sheet["derived"]["cases"].items()}
    good = chance.choice([0.3, 0.7, 0.9, 0.97])
    rows = []
    for _ in range(chance.randint(1, 5)):
        row = {}
        for _, criterion in second_reading.criteria(sheet):
            case = cases.get(criterion["id"])
            points = [o["points"] for o in criterion["options"] if o.get("case") == case]
            row[criterion["id"]] = max(points) if chance.random() < good else chance.choice(points)
        if row.get(sheet["derived"]["story"]) == 0:
            for dependent in sheet["derived"]["story_dependents"]:
                row.pop(dependent)
        rows.append(row)
    regulation: dict[str, Any] = {
        "minimum_test": chance.choice(["agreed_or_mean", "mean", "each_member"]),
        "missed_three_star": chance.choice(["two_stars", "not_met"]),
        "sheet26_markers": chance.random() < 0.5,
        "zero_stops": chance.choice(["all", "any"]),
    }
    if chance.random() < 0.4:
        mode = chance.choice(["half_up", "half_even", "down"])
        regulation["rounding"] = {"decimals": chance.randint(0, 2), "mode": mode, "place": "total"}
    members = [{"name": f"TV{n}", "points": row} for n, row in enumerate(rows)]
    return {"sheet": sheet["id"], "cases": cases, "regulation": regulation, "members": members}


@pytest.mark.slow
@pytest.mark.parametrize("sheet_id", sheet_ids())
def test_both_readings_agree(sheet_id: str) -> None:
    sheet, chance = raw(sheet_id), random.Random(sheet_id)

    for _ in range(PANELS):
        given = random_input(sheet, chance)
        rows = [member["points"] for member in given["members"]]
        expected = second_reading.result(sheet, rows, given["regulation"])
        found = result_data(score(panel_from(given)))
        assert {key: found[key] for key in expected} == expected
