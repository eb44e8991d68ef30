"""Product sets of the newest decision, to choose from."""

from functools import cache

from saola.criteria import load, sheet_ids
from saola.criteria.load import RULEBOOKS


@cache
def group_choices() -> list[tuple[int, str]]:
    """Sets of the newest decision."""
    sets = [load(sheet) for sheet in sheet_ids()]
    return [(s.number, f"{s.number}. {s.name}") for s in sets if s.rulebook == RULEBOOKS[-1]]
