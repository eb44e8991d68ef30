"""Product sets of the newest decision, to choose from."""

from saola.criteria import newest_sets


def group_choices() -> list[tuple[int, str]]:
    """Sets of the newest decision."""
    return [(one.number, f"{one.number}. {one.name}") for one in newest_sets()]
