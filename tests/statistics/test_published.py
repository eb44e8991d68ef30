"""Agreement and generalisability against published worked examples, to the decimals printed there."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saola.statistics import components, icc, kendall_w, krippendorff_alpha

EXAMPLES = json.loads((Path(__file__).parents[1] / "vectors/statistics.json").read_text())
COEFFICIENTS = ("single", "average", "consistent_single", "consistent_average")


def matrix(rows: list[list[float | None]]) -> Any:
    return np.array([[np.nan if v is None else v for v in row] for row in rows], float)


@pytest.mark.parametrize("example", EXAMPLES["icc"])
def test_intraclass_correlations(example: dict[str, Any]) -> None:
    found = icc(matrix(example["scores"]))

    told = {name: getattr(found, name) for name in COEFFICIENTS if name in example}
    rounded = {name: round(value or 0, example["decimals"]) for name, value in told.items()}
    assert rounded == {name: example[name] for name in told}


@pytest.mark.parametrize("example", EXAMPLES["alpha"])
def test_krippendorffs_alpha(example: dict[str, Any]) -> None:
    for level in ("nominal", "ordinal", "interval"):
        if level in example:
            found = krippendorff_alpha(matrix(example["values"]), level)  # type: ignore[arg-type]
            assert found == pytest.approx(example[level], abs=0.5 * 10 ** -example["decimals"])


@pytest.mark.parametrize("example", EXAMPLES["w"])
def test_kendalls_w(example: dict[str, Any]) -> None:
    found = kendall_w(matrix(example["scores"]))

    assert found == pytest.approx(example["w"], abs=0.5 * 10 ** -example["decimals"])


@pytest.mark.parametrize("example", EXAMPLES["components"])
def test_generalisability(example: dict[str, Any]) -> None:
    found, near = components(matrix(example["scores"])), 0.51 * 10 ** -example["decimals"]

    for name in ("product", "member", "rest"):
        if name in example:
            assert getattr(found, name) == pytest.approx(example[name], abs=near)
    close = 0.51 * 10 ** -example["coefficient_decimals"]
    members = example["members"]
    assert found.generalizability(members) == pytest.approx(example["generalizability"], abs=close)
    assert found.dependability(members) == pytest.approx(example["dependability"], abs=close)


def test_how_many_are_enough() -> None:
    found = components(matrix(EXAMPLES["components"][0]["scores"]))

    enough = found.enough(0.9)

    assert enough is not None
    assert (found.dependability(enough) or 0) >= 0.9 > (found.dependability(enough - 1) or 0)
    assert found.error(4) == pytest.approx(2 * found.error(16))


def test_what_cannot_be_told() -> None:
    alike = np.full((4, 3), 70.0)

    assert icc(alike).single is None
    assert kendall_w(alike) is None
    assert krippendorff_alpha(alike) is None
    assert krippendorff_alpha(matrix([[1.0, None], [None, 2.0]])) is None
    for scores in (np.ones((1, 3)), np.ones((3, 1)), matrix([[1.0, None], [2.0, 3.0]])):
        for statistic in (icc, components, kendall_w):
            with pytest.raises(ValueError, match="at least 2"):
                statistic(scores)


def test_a_negative_correlation_is_told_as_it_is() -> None:
    found = icc(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]]))

    assert found.single is not None
    assert found.single < 0
