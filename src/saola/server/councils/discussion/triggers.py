"""What calls for talking a product over again: figures of the first sheets, in words."""

from collections.abc import Iterator
from fractions import Fraction

from saola.criteria.rulebook import rulebook
from saola.scoring import Panel, Result
from saola.scoring.explain import number, stars_text
from saola.server.councils.models import Council, DiscussionPoint
from saola.statistics import borderline, class_without_each

Kind = DiscussionPoint.Kind


def points(result: Result, council: Council) -> Iterator[tuple[str, str]]:
    """Kind and figures of every point that the council's practice opens on a computed result;
    none where the evaluation stopped or has no figures."""
    if result.status == "spread_exceeded":
        yield Kind.SPREAD, _spread(result)
    if result.total is None or result.spread is None:
        return
    panel, practice = result.panel, council.practice
    if practice.get("borderline"):
        yield from _borderline(panel)
    if result.status == "scored" and practice.get("one_voice"):
        yield from _one_voice(result)
    if result.status == "scored" and practice.get("near_minimum") is not None:
        yield from _near_minimum(result, Fraction(practice["near_minimum"]))


def _spread(result: Result) -> str:
    assert result.spread is not None  # the status says so
    names = ", ".join(result.spread.members)
    return f"chênh lệch {number(Fraction(result.spread.max))} điểm; {names}"


def _borderline(panel: Panel) -> Iterator[tuple[str, str]]:
    totals = [sum(points or 0 for points in sheet.points) for sheet in panel.present]
    bands = rulebook(panel.criteria_set.rulebook).bands
    near = borderline(totals, [band.start for band in bands if band.start])
    if near is not None:
        error = number(Fraction(near.error).limit_denominator(1000))
        yield (
            Kind.BORDERLINE,
            f"trung bình cách ngưỡng {near.limit} điểm {number(near.distance)}, sai số chuẩn "
            f"{error}",
        )


def _one_voice(result: Result) -> Iterator[tuple[str, str]]:
    without = class_without_each(result.panel)
    deciding = [
        f"không có {name}: {stars_text(stars)}"
        for name, stars in without.items()
        if stars is not None and stars != result.stars
    ]
    if deciding:
        yield Kind.ONE_VOICE, f"hạng là {stars_text(result.stars)}; {'; '.join(deciding)}"


def _near_minimum(result: Result, hair: Fraction) -> Iterator[tuple[str, str]]:
    near = [
        f"tiêu chí {missed.criterion} đạt {number(missed.reached)}, cần {missed.needed} cho "
        f"{missed.stars} sao"
        for missed in result.capped_by
        if missed.needed - missed.reached <= hair
    ]
    if near:
        yield Kind.NEAR_MINIMUM, "; ".join(near)
