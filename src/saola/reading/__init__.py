"""Text of papers, and the fields it proposes, each with its place and how sure it is."""

from saola.reading.fields import Field, propose
from saola.reading.lines import Line, Word
from saola.reading.ocr import NoReader
from saola.reading.papers import Unreadable, read_paper

__all__ = ["Field", "Line", "NoReader", "Unreadable", "Word", "propose", "read_paper"]
