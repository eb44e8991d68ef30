"""Records of a council, by noun: the council, its agenda, its sheets."""

from saola.server.councils.models.agenda import AgendaItem, DiscussionPoint, Recusal, Result
from saola.server.councils.models.council import (
    Attendance,
    Council,
    CouncilMember,
    Session,
    default_regulation,
)
from saola.server.councils.models.sheet import (
    LateSheet,
    PaperSheet,
    ScoreSheet,
    SheetPaper,
    SheetPhoto,
)

__all__ = [
    "AgendaItem",
    "Attendance",
    "Council",
    "CouncilMember",
    "DiscussionPoint",
    "LateSheet",
    "PaperSheet",
    "Recusal",
    "Result",
    "ScoreSheet",
    "Session",
    "SheetPaper",
    "SheetPhoto",
    "default_regulation",
]
