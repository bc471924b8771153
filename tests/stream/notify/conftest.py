"""What tests of notifications share."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.stream.notify.receivers import Call


@pytest.fixture
def hold() -> Iterator[Callable[[Call], None]]:
    """Holds a receiver's answer back until the test is over."""
    over = threading.Event()
    yield lambda _: over.wait(30) and None
    over.set()
