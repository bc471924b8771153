"""One JSON object a line on standard error: facts by name, never texts or keys."""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

from sentiment.logs import set_up_logs

_FACTS = ("request_id", "method", "route", "status", "seconds", "caller")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FACTS if hasattr(record, name)}
        if record.exc_info:
            kind, _, trace = record.exc_info
            # Its message may hold a caller's text.
            line["exception"] = kind.__name__ if kind else "?"
            line["frames"] = [frame.rstrip() for frame in traceback.format_tb(trace)]
        return orjson.dumps(line, default=str).decode()


def set_up(level: str) -> None:
    """Log everything of this process as JSON lines."""
    set_up_logs(level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonLines())
    # While a broker is away aiokafka logs an error at every try; our own lines tell it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
