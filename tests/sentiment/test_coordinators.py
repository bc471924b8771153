"""A healthy start warns nobody; a coordinator that stays away is a warning."""

import logging
import time

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaConnectionError,
    NotCoordinatorForGroupError,
)

from sentiment.coordinators import level

BEGINNING = [
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
]


@pytest.mark.parametrize("error", BEGINNING)
def test_a_coordinator_that_begins_is_told_quietly_unless_it_lasts(error: type[Exception]) -> None:
    assert level(error(), time.monotonic()) == logging.INFO
    assert level(error(), time.monotonic() - 60) == logging.WARNING


@pytest.mark.parametrize(
    "error", [KafkaConnectionError, GroupAuthorizationFailedError, TimeoutError]
)
def test_every_other_error_is_a_warning_at_once(error: type[Exception]) -> None:
    assert level(error(), time.monotonic()) == logging.WARNING
