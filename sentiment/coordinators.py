"""How loud it is logged that a coordinator of Kafka cannot answer."""

import logging
import time

from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)

_BEGINNING = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
_PATIENCE_SECONDS = 30.0


def level(error: BaseException, since: float) -> int:
    """The level of the line about an error.

    A coordinator that is made, moves or reads its log, as after a start, is no reason to warn
    anybody, unless that goes on.

    Args:
        error: of a request.
        since: when requests began to fail, in seconds of `time.monotonic`.
    """
    begins = isinstance(error, _BEGINNING) and time.monotonic() - since < _PATIENCE_SECONDS
    return logging.INFO if begins else logging.WARNING
