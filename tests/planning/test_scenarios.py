"""Scenarios of `saola plan`: from a lawful sheet to three ways; portfolios; refusals in words."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.cli import main
from saola.criteria import load, sheet_ids
from saola.planning import Unreachable, cheapest
from saola.planning.contract import Refused, run
from saola.planning.sheets import Effort, goal, guessed, ladders

SHEET = next(one for one in sheet_ids() if one.startswith("26-2026") and load(one).number == 11)


def asked(**facts: Any) -> bytes:
    return json.dumps({"path": {"sheet": SHEET, "now": {}, "stars": 4, **facts}}).encode()


def test_three_ways_to_four_stars() -> None:
    made = run(asked())
    tea = load(SHEET)
    assert made["fingerprint"] == tea.fingerprint
    assert made["points"] == 72  # 70 and the margin
    assert made["cheapest"]["cost"] <= made["fastest"]["cost"]
    assert made["fastest"]["months"] <= made["cheapest"]["months"]
    assert made["safest"]["chance"] >= made["cheapest"]["chance"]
    assert made["cheapest"]["points"] >= 72
    assert made["explained"][0].startswith("Lên 4 sao")
    assert "(ước đoán)" in made["explained"][1]
    assert made["guesses_of"]
    reached = {step["criterion"]: step["points"] for step in made["cheapest"]["steps"]}
    for criterion in tea.criteria:
        least = max([m.points for m in criterion.minimums if m.stars <= 4], default=0)
        assert reached.get(criterion.id, 0) >= least, criterion.id


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sheet_ids()), st.integers(3, 5), st.data())
def test_every_sheet_of_the_law_has_its_ways(sheet: str, stars: int, data: Any) -> None:
    criteria_set = load(sheet)
    now = {
        c.id: data.draw(st.sampled_from([0, *(x.points for x in c.offered(_case(c)))]))
        for c in criteria_set.criteria
    }
    cases = {c.id: _case(c) for c in criteria_set.criteria if _case(c)}
    rows = ladders(criteria_set, now, cases=cases)
    wanted = goal(criteria_set, stars)
    most = sum(max([row.now, *(level.points for level in row.levels)]) for row in rows)
    if most < wanted.points:
        with pytest.raises(Unreachable):
            cheapest(rows, wanted)
        return
    try:
        plan = cheapest(rows, wanted)
    except Unreachable:
        fixed = [row for row in rows if not row.levels]
        assert any(row.now < wanted.minimums.get(row.criterion, 0) for row in fixed)
        return
    reached = now | {step.criterion: step.level.points for step in plan.steps}
    assert sum(reached.values()) == plan.points >= wanted.points
    assert all(reached[name] >= least for name, least in wanted.minimums.items())


def _case(criterion: Any) -> Any:
    return next(iter(criterion.cases), None)


def test_the_province_s_own_figures_come_first() -> None:
    told = {"1.1": {"cost": [2, 4], "months": [1, 1], "chance": 100}}
    rows = ladders(load(SHEET), {}, {"1.1": Effort((2, 4), (1, 1), 100)})
    first = rows[0].levels
    assert [level.cost for level in first] == [3 * level.points for level in first]
    made = run(asked(efforts=told))
    assert "1.1" not in made["guesses"]


def test_what_money_does_not_change_has_no_levels() -> None:
    assert guessed("Đại diện pháp luật của chủ thể là nữ") is None
    assert guessed("Một tiêu chí lạ") is not None


def test_a_class_out_of_reach_is_told() -> None:
    made = run(asked(stars=5, margin=30, now={}))
    assert made["cheapest"] is None
    assert "nhiều nhất đạt" in made["explained"][0]


def test_a_portfolio() -> None:
    options = [
        {"product": f"p{n}", "cost": 10 + n, "gives": {"upgraded": 1}, "chance": 80}
        for n in range(6)
    ]
    scenario = {
        "budgets": [40], "options": options,
        "targets": [{"indicator": "upgraded", "least": 5, "by": 0}],
    }  # fmt: skip
    made = run(json.dumps({"portfolio": scenario}).encode())
    assert made["proven"]
    assert made["short"] == [2]
    assert made["extra_needed"] == 20
    assert [row["product"] for row in made["chosen"]] == ["p0", "p1", "p2"]
    assert made["nearly"][0]["product"] == "p3"
    assert set(made["robust"]) == {"money_lasts", "targets_met"}
    scenario["fair"] = [{"name": "xã A", "products": ["p9"], "least": 1}]
    assert run(json.dumps({"portfolio": scenario}).encode()) == {"impossible": ["xã A"]}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b"[" * 100_000, b'{"path": 3}', b'{"path": {"sheet": "x"}}',
        asked(stars=9), asked(efforts={"1.1": {"cost": [1]}}), asked(efforts={"1.1": {}}),
        asked(efforts={"1.1": {"cost": [-5, 3], "months": [1, 1]}}),
        asked(needs={"1.1": [["9.9", 1]]}), b'{"portfolio": {"budgets": []}}',
        b'{"portfolio": {"budgets": [1], "options": [{"product": "a", "cost": -1, "gives": {}}]}}',
    ],
)  # fmt: skip
def test_odd_scenarios_are_refused_in_words(text: bytes) -> None:
    with pytest.raises(Refused):
        run(text)


def test_the_command(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kich-ban.json"
    file.write_bytes(asked())
    assert main(["plan", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["stars"] == 4
    file.write_bytes(b"{}")
    assert main(["plan", str(file)]) == 2
    assert "scenario" in capsys.readouterr().err
