"""Lines of the log: one JSON object each in production, with secret parts of addresses hidden."""

import json
import logging
import re
from datetime import UTC, datetime

# secret addresses: ids drawn at random, signed tokens
SECRET = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=/)[\w.:-]{24,}(?=/)",
    re.IGNORECASE,
)
QUERY = re.compile(r"\?\S*")  # what somebody searched for


def hidden(text: str) -> str:
    """The text without what opens a page or tells what was asked."""
    return SECRET.sub("…", QUERY.sub("?…", text))


class Plain(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback where there is one."""
        return hidden(super().format(record))


class Lines(logging.Formatter):
    """For machines that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, message; the traceback where there is one."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hidden(record.getMessage()),
        }
        if record.exc_info:
            told["fault"] = hidden(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
