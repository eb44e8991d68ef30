"""Members' sheets become a total, a band, a class and its reasons; nothing is left to a guess."""

from saola.scoring.compute import score
from saola.scoring.panels import Event, Invalid, MemberSheet, Panel, member_sheet, panel
from saola.scoring.regulation import Quorum, Regulation, Rounding, SpreadLimit
from saola.scoring.result import Because, Missed, Result, Spread

__all__ = [
    "Because",
    "Event",
    "Invalid",
    "MemberSheet",
    "Missed",
    "Panel",
    "Quorum",
    "Regulation",
    "Result",
    "Rounding",
    "Spread",
    "SpreadLimit",
    "member_sheet",
    "panel",
    "score",
]
