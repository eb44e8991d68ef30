"""The scoring contract read a second time: straight from the stored data, naive and plain.

Nothing of `saola.scoring` is used, so that both can only agree by being right.
"""

from fractions import Fraction
from typing import Any

LIMITS = ((5, 90), (4, 70), (3, 50), (2, 30), (1, 0))


def criteria(sheet: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(part, criterion) in the order of the sheet."""
    return [
        (part["id"], criterion)
        for part in sheet["parts"]
        for group in part["groups"]
        for criterion in group["criteria"]
    ]


def rounded(value: Fraction, rule: dict[str, Any]) -> Fraction:
    """By decimals and mode."""
    step = Fraction(1, 10 ** rule["decimals"])
    count = value // step
    rest = value - count * step
    if rule["mode"] == "half_up" and 2 * rest >= step:
        count += 1
    if rule["mode"] == "half_even" and (2 * rest > step or (2 * rest == step and count % 2)):
        count += 1
    return count * step


def result(
    sheet: dict[str, Any], rows: list[dict[str, int]], regulation: dict[str, Any]
) -> dict[str, Any]:
    """Status and figures of complete sheets (rows of points by criterion), without events."""
    stop = _zero_stop(sheet, rows, regulation)
    if stop:
        return {"status": stop}
    totals = [sum(row.values()) for row in rows]
    total = Fraction(sum(totals), len(rows))
    parts: dict[str, Fraction] = {}
    for part, criterion in criteria(sheet):
        points = sum(row.get(criterion["id"], 0) for row in rows)
        parts[part] = parts.get(part, Fraction()) + Fraction(points, len(rows))
    compared = rounded(total, regulation["rounding"]) if regulation.get("rounding") else total
    band = next(stars for stars, limit in LIMITS if compared >= limit)
    missed = _missed(sheet, rows, regulation, band)
    stars = band
    if missed:
        stars = min(missed) - 1
        if stars == 2 and regulation.get("missed_three_star") == "not_met":
            stars = 0
    return {
        "status": "scored",
        "total": str(total),
        "parts": {part: str(points) for part, points in parts.items()},
        "band": band,
        "stars": stars,
    }


def _zero_stop(
    sheet: dict[str, Any], rows: list[dict[str, int]], regulation: dict[str, Any]
) -> str | None:
    for criterion in sheet["derived"]["zero_stops"]:
        zeros = sum(row.get(criterion) == 0 for row in rows)
        if zeros == len(rows) or (zeros and regulation.get("zero_stops") == "any"):
            return "stopped"
    some = any(row.get(c) == 0 for c in sheet["derived"]["zero_stops"] for row in rows)
    return "needs_decision" if some else None


def _missed(
    sheet: dict[str, Any], rows: list[dict[str, int]], regulation: dict[str, Any], band: int
) -> list[int]:
    """Classes up to the band of which some minimum is missed."""
    if not sheet.get("min_for_rule_vi") and not regulation.get("sheet26_markers", True):
        return []
    classes = []
    for _, criterion in criteria(sheet):
        marks = [row.get(criterion["id"], 0) for row in rows]
        each = regulation.get("minimum_test") == "each_member"
        reached = Fraction(min(marks)) if each else Fraction(sum(marks), len(marks))
        for option in criterion["options"]:
            stars = option.get("min_for")
            if stars and stars <= band and reached < option["points"]:
                classes.append(stars)
    return classes
