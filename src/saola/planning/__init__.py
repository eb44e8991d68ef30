"""Which criteria to raise for the next star; which products to raise with the money there is."""

from saola.planning.paths import Goal, Ladder, Level, Plan, Unreachable, cheapest, fastest, safest

__all__ = [
    "Goal",
    "Ladder",
    "Level",
    "Plan",
    "Unreachable",
    "cheapest",
    "fastest",
    "safest",
]
