"""Lists that offices keep in their own way, read into rows with what is doubtful about each."""

from saola.lists.grid import Unreadable
from saola.lists.reading import ListReading, Skipped, list_data, read_list
from saola.lists.rows import Row

__all__ = ["ListReading", "Row", "Skipped", "Unreadable", "list_data", "read_list"]
