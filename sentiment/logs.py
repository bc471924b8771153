"""Log lines, set up once by each command that runs a service."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CHATTY = ("aiokafka", "faust", "mode", "httpx", "urllib3", "alembic", "mlflow")


def set_up_logs(level: str) -> None:
    """Lines on standard error; libraries speak from WARNING on. No line holds a tweet's text."""
    logging.basicConfig(level=level, format=_FORMAT, force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
