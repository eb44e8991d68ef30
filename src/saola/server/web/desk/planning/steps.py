"""Steps of a plan in words."""

from collections.abc import Sequence

from saola.criteria import UnknownSheet, load


def step_lines(sheet: str, steps: Sequence[Sequence[str | int]], first_year: int) -> list[str]:
    """One line for each step (criterion, points, million đồng, year since the first); nothing for a
    sheet that is not known."""
    try:
        criteria = load(sheet).by_id
    except UnknownSheet:
        return []
    return [
        f"{first_year + int(year)}: {name} {criteria[str(name)].label}, lên {points} điểm, "
        f"khoảng {cost} triệu đồng"
        for name, points, cost, year in steps
        if name in criteria
    ]
