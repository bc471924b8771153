"""Log lines, set up once by each command that runs a service: one format, and a file on wish."""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import click
import orjson

from sentiment.errors import SettingsError
from sentiment.printable import printable, printable_json
from sentiment.settings import Settings

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FACTS = ("request_id", "method", "route", "status", "seconds", "caller")
"""What a line of a request says beside its message."""
_CHATTY = ("aiokafka", "alembic", "faust", "httpcore", "httpx", "mlflow", "mode", "urllib3")
_SELDOM_SECONDS = 10.0
_FILE_BYTES = 20 * 1_024 * 1_024
_OLDER_FILES = 4


def log_file_option(command: Callable[..., None]) -> Callable[..., None]:
    """The option of a command that runs a service, for `set_up_logs`."""
    option = click.option(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the log into this file as well; from 20 MB on a new one begins, five are kept.",
    )
    return option(command)


class Seldom(logging.Filter):
    """Lets a line of a chatty library through once in 10 s, however its values differ.

    While a broker is away, clients report every try, tens a second: the log of an outage must
    still be one that a person can read. Lines of badbuzz itself always pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is printed."""
        if record.name.split(".")[0] not in _CHATTY:
            return True
        line = (record.name, record.levelno, str(record.msg))
        now = time.monotonic()
        if now < self._next.get(line, 0.0):
            return False
        self._next[line] = now + _SELDOM_SECONDS
        return True


class Printable(logging.Formatter):
    """Lines for people. What a terminal would obey is spelled out, ends of lines among it.

    Args:
        hide_errors: leave out the words of an exception: they may hold a caller's text.
    """

    def __init__(self, hide_errors: bool = False) -> None:
        super().__init__(_FORMAT)
        self._hide_errors = hide_errors

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line of a record, with the facts of a request."""
        facts = "".join(
            f" {name}={getattr(record, name)}" for name in _FACTS if hasattr(record, name)
        )
        record.message = printable(record.message + facts)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        """The lines of a traceback."""
        if self._hide_errors:
            return "".join([*traceback.format_tb(ei[2]), _kind(ei)])
        return printable(super().formatException(ei), lines=True)


class JsonLines(logging.Formatter):
    """A record as one line of JSON, for programs that collect logs.

    Args:
        hide_errors: leave out the words of an exception: they may hold a caller's text.
    """

    def __init__(self, hide_errors: bool = False) -> None:
        super().__init__()
        self._hide_errors = hide_errors

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
            line["exception"] = _kind(record.exc_info)
            if not self._hide_errors:
                line["error"] = str(record.exc_info[1])
            frames = traceback.format_tb(record.exc_info[2])
            line["frames"] = [frame.rstrip() for frame in frames]
        return printable_json(orjson.dumps(line, default=str).decode())


def set_up_logs(settings: Settings, file: Path | None = None, *, hide_errors: bool = False) -> None:
    """Lines on standard error; libraries speak from WARNING on. No line holds a tweet's text.

    Args:
        settings: say from which level on, and in which format.
        file: where the lines go as well.
        hide_errors: leave out the words of exceptions.

    Raises:
        SettingsError: the file cannot be written.
    """
    kind = JsonLines if settings.log_format == "json" else Printable
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if file is not None:
        handlers.append(rotating(file))
    for handler in handlers:
        handler.addFilter(Seldom())
        handler.setFormatter(kind(hide_errors))
    level = settings.log_level
    logging.basicConfig(level=level, handlers=handlers, force=True)
    logging.captureWarnings(True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def rotating(file: Path) -> logging.Handler:
    """Appends to a file; a full one gets a number behind its name, and the oldest goes.

    Raises:
        SettingsError: the file cannot be written.
    """
    try:
        return RotatingFileHandler(
            file, maxBytes=_FILE_BYTES, backupCount=_OLDER_FILES, encoding="utf-8"
        )
    except OSError as error:
        raise SettingsError(
            f"--log-file {file}: it cannot be written ({error.strerror}); name a file in a folder "
            "that is there and that this user can write."
        ) from error


def _kind(exc_info: Any) -> str:
    return exc_info[0].__name__ if exc_info[0] else "?"
