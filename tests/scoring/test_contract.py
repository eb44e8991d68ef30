"""`saola score` against vectors from a second, independent reading of the contract."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from saola.cli import main
from saola.criteria import load
from saola.scoring import Invalid, MemberSheet, Regulation, Rounding, panel, score
from saola.scoring.contract import (
    loads,
    panel_from,
    regulation_data,
    regulation_from,
    result_data,
)
from saola.scoring.explain import explain

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "scoring.json").read_text(encoding="utf-8")
)["vectors"]
KEYS = [
    "status",
    "total",
    "total_decimal",
    "parts",
    "band",
    "stars",
    "capped_by",
    "spread",
    "certificate",
    "forwarded",
    "because",
    "fingerprint",
    "regulation",
]


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_vector(vector: dict[str, Any]) -> None:
    if vector["exit"] == 2:
        with pytest.raises(Invalid):
            panel_from(vector["input"])
        return
    expected = dict(vector["output"])
    because, kind = expected.pop("because"), expected.pop("because_kind")

    output = result_data(score(panel_from(vector["input"])))

    assert list(output) == KEYS
    assert {key: output[key] for key in expected} == expected
    found = output["because"]
    if kind == "exact":
        assert [[b["criterion"], b["reason"], b["member"]] for b in found] == because
    elif kind == "criterion_member":
        pairs = sorted({(b["criterion"] or "", b["member"] or "") for b in found})
        assert [list(pair) for pair in pairs] == because
    else:
        assert found


def best(sheet: str, **changed: int) -> dict[str, int]:
    from saola.criteria import load

    points = {c.id: max(o.points for o in c.choices) for c in load(sheet).criteria}
    return points | {key.replace("_", "."): value for key, value in changed.items()}


TEA = "26-2026-che-tuoi-che-che-bien"


def tea(*totals_at: dict[str, int], **more: Any) -> dict[str, Any]:
    members = [{"name": f"TV{n}", "points": p} for n, p in enumerate(totals_at, 1)]
    return {"sheet": TEA, "members": members, **more}


def test_the_example_of_the_contract() -> None:
    output = result_data(score(panel_from(tea(best(TEA) | {"1.5": 2}))))

    assert (output["total"], output["band"], output["stars"]) == ("99", 5, 4)
    assert output["capped_by"] == [{"stars": 5, "criterion": "1.5", "needed": 3, "reached": "2"}]
    assert output["forwarded"] is True


REFUSED = {
    b"": "input: not JSON",
    b"[]": "input: an object is expected",
    b'{"sheet": NaN}': "input: NaN is not JSON",
    b'{"sheet": "a", "sheet": "b"}': "input: key 'sheet' appears twice",
    b'{"a\\nb": 1}': "a\N{REPLACEMENT CHARACTER}b: unknown key",
    b'{"": 1}': "input: unknown key",
    b'{"sheet": "x"}': "members: missing",
    b'{"members": [{}]}': "sheet: missing",
    b'{"sheet": "26-2026-x", "members": []}': "sheet: no criteria set '26-2026-x'",
    b'{"sheet": "\\ud800", "members": []}': "input: has half a character (a lone surrogate)",
    b"\xff": "input: not JSON",
    b"[" * 100_000: "input: nested too deeply",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused_input_gives_one_line(text: bytes, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        panel_from(loads(text))

    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_a_value_that_is_no_option_names_the_place() -> None:
    data = tea(best(TEA), best(TEA), best(TEA) | {"4.1": 4})

    with pytest.raises(Invalid) as refused:
        panel_from(data)

    assert str(refused.value) == "members[2].points.4.1: 4 is none of 1, 2, 3, 5"


@pytest.mark.parametrize("value", [3.0, "3", True, None, [3]])
def test_only_whole_numbers_are_points(value: object) -> None:
    with pytest.raises(Invalid):
        panel_from(tea(best(TEA) | {"1.1": value}))  # type: ignore[dict-item]


def test_missing_cases_are_named_before_points() -> None:
    sheet = "26-2026-du-lich"
    data = {"sheet": sheet, "members": [{"name": "A", "points": best(sheet)}]}

    with pytest.raises(Invalid) as refused:
        panel_from(data)

    assert str(refused.value) == "cases: no case chosen for criterion 8"


def test_a_number_that_would_take_all_memory_is_refused() -> None:
    limit = {"points": "1e999999999", "breaks": "over", "effect": "block"}

    with pytest.raises(Invalid):
        regulation_from({"spread_limit": limit})
    with pytest.raises(Invalid):
        regulation_from({"quorum": {"fraction": f"1/{'0' * 5000}1"}})


@pytest.mark.parametrize("depth", range(900, 1010, 4))
def test_no_depth_of_nesting_breaks_the_command(depth: int) -> None:
    with pytest.raises(Invalid):
        panel_from(loads(b"[" * depth + b"]" * depth))


def test_every_reason_of_a_member_is_told() -> None:
    data = tea(best(TEA), best(TEA))
    for member, reasons in zip(data["members"], (["một", "hai"], ["ba"]), strict=True):
        member["events"] = [
            {"type": "not_eligible", "criterion": "1.1", "reason": r} for r in reasons
        ]

    output = result_data(score(panel_from(data)))

    assert output["status"] == "not_eligible"
    assert [b["reason"] for b in output["because"]] == ["một", "hai", "ba"]


def test_members_who_name_different_types_have_to_agree_first() -> None:
    data = tea(best(TEA), best(TEA))
    for member, kind in zip(data["members"], ("not_eligible", "requirement_not_met"), strict=True):
        member["events"] = [{"type": kind, "criterion": "1.1", "reason": "ngoài tỉnh"}]

    assert score(panel_from(data)).status == "needs_decision"


def test_a_panel_checks_sheets_made_elsewhere() -> None:
    tea_set = load(TEA)
    full = [max(choice.points for choice in c.choices) for c in tea_set.criteria]
    beyond = [99, *full[1:]]
    no_story = [
        0 if c.id == tea_set.story else points
        for c, points in zip(tea_set.criteria, full, strict=True)
    ]
    sheets = {
        "beyond": [MemberSheet("A", tuple(beyond), unfit={"1.1": "x"})],
        "story": [MemberSheet("A", tuple(no_story), unfit={"5.1": "x"})],
        "names": [MemberSheet("A", tuple(full)), MemberSheet("A ", tuple(full))],
    }

    for rows in sheets.values():
        with pytest.raises(Invalid):
            panel(tea_set, rows)
    with pytest.raises(ValueError, match="minimum_test"):
        Regulation(minimum_test="bogus")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mode"):
        Regulation(rounding=Rounding(2, "up", "total"))  # type: ignore[arg-type]


def test_a_rounding_that_decides_is_said() -> None:
    near = best(TEA) | {"4.1": 3, "1.5": 2}
    data = tea(best(TEA), near) | {
        "regulation": {
            "number": "7/QĐ",
            "rounding": {"decimals": 0, "mode": "down", "place": "total"},
        }
    }

    lines = explain(score(panel_from(data)), points=False)

    assert "Làm tròn theo Quy chế trước khi so với khung điểm: 98." in lines
    assert any(line.startswith("Quy chế 7/QĐ: ") and "bỏ phần lẻ" in line for line in lines)


def test_regulation_round_trip() -> None:
    data = {
        "number": "02/QĐ",
        "rounding": {"decimals": 2, "mode": "half_even", "place": "total"},
        "spread_limit": {"points": "7/2", "breaks": "at", "effect": "flag"},
        "quorum": {"fraction": "3/4", "chair": True},
    }

    regulation = regulation_from(data)

    assert regulation_from(regulation_data(regulation)) == regulation
    assert {k: regulation_data(regulation)[k] for k in data} == data


def test_command_writes_result_and_reasons_apart(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "phieu.json"
    file.write_text(json.dumps(tea(best(TEA))), encoding="utf-8")

    code = main(["score", str(file), "--explain"])

    out, err = capsys.readouterr()
    assert code == 0
    assert json.loads(out)["stars"] == 5
    assert "Từ 90 điểm: tỉnh phê duyệt" in err


def test_command_exits_2_without_traceback(tmp_path: Path) -> None:
    file = tmp_path / "hong.json"
    file.write_bytes(b'{"sheet": 1}')
    saola = Path(sys.executable).parent / "saola"

    done = subprocess.run([saola, "score", file], capture_output=True, text=True, check=False)
    missing = main(["score", str(tmp_path / "khong-co.json")])

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "members: missing\n")
    assert missing == 2


@pytest.mark.parametrize("closed", ["2>&-", ">&-"])
def test_a_closed_stream_mixes_nothing_and_breaks_nothing(tmp_path: Path, closed: str) -> None:
    file = tmp_path / "phieu.json"
    file.write_text(json.dumps(tea(best(TEA))), encoding="utf-8")
    saola = Path(sys.executable).parent / "saola"

    done = subprocess.run(
        f"PYTHONIOENCODING=ascii '{saola}' score --explain '{file}' {closed}",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == (1 if closed == "2>&-" else 0)
    assert "Traceback" not in done.stderr


def test_criteria_commands(capsys: Any) -> None:
    assert main(["criteria", "list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert main(["criteria", "show", TEA]) == 0
    shown = capsys.readouterr().out
    assert main(["criteria", "show", "khong-co"]) == 2
    assert main(["criteria", "check", TEA]) == 0

    assert len(listed) == 78
    assert "6.1.1 Tạp chất (tối đa 2)" in shown


def test_a_shown_sheet_hides_nothing_of_the_law(capsys: Any) -> None:
    for sheet in ("26-2026-nuoc-khoang-nuoc-dong-chai", "26-2026-du-lich"):
        assert main(["criteria", "show", sheet]) == 0
    shown = capsys.readouterr().out

    assert "(stop_if_zero)" in shown
    assert "[a] Trường hợp 1: Dịch vụ du lịch do cộng đồng cung cấp" in shown
    assert str(load("26-2026-nuoc-khoang-nuoc-dong-chai").disqualified_when) in shown
