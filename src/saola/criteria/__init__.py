"""The law as data: criteria sets and the rulebooks they belong to."""

from saola.criteria.load import UnknownSheet, load, newest_sets, sheet_ids
from saola.criteria.model import Choice, CriteriaSet, Criterion, Group, Minimum, Part, Rule
from saola.criteria.rulebook import Round, Rulebook, in_force, rulebook, rulebook_in_force

__all__ = [
    "Choice",
    "CriteriaSet",
    "Criterion",
    "Group",
    "Minimum",
    "Part",
    "Round",
    "Rule",
    "Rulebook",
    "UnknownSheet",
    "in_force",
    "load",
    "newest_sets",
    "rulebook",
    "rulebook_in_force",
    "sheet_ids",
]
