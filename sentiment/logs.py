"""Log lines, set up once by each command that runs a service."""

import logging
import time

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CHATTY = ("aiokafka", "alembic", "faust", "httpcore", "httpx", "mlflow", "mode", "urllib3")
_SELDOM_SECONDS = 10.0


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


def set_up_logs(level: str) -> None:
    """Lines on standard error; libraries speak from WARNING on. No line holds a tweet's text."""
    logging.basicConfig(level=level, format=_FORMAT, force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Seldom())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
