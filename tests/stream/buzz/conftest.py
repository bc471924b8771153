import copy
from collections.abc import Callable

import pytest

from stream.buzz.brand import BrandState
from stream.buzz.detector import Detector
from stream.buzz.share import Rates
from tests.stream.buzz.made_up import MadeUp, learned


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector(rates={"1": Rates(), "2": Rates(0.3, 0.1)})


@pytest.fixture(scope="session")
def _learned(detector: Detector) -> tuple[BrandState, int]:
    state, minute, alerts = learned(detector, MadeUp())
    assert alerts == []
    return state, minute


@pytest.fixture
def calm_brand(_learned: tuple[BrandState, int]) -> Callable[[], tuple[BrandState, int]]:
    """Gives a fresh copy of a brand that had four calm days, and its next minute."""
    return lambda: (copy.deepcopy(_learned[0]), _learned[1])
