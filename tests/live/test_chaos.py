"""The short form of `make chaos`: some of each fault, and every message counted."""

import random
from pathlib import Path

import pytest

from tests.chaos.run import Chaos

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]


async def test_kills_a_zombie_a_dead_broker_and_swaps_lose_and_double_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sizes = {
        "messages": 40_000,
        "kills": 3,
        "broker_kills": 1,
        "zombies": 1,
        "swaps": 2,
        "leaves": 0,
        "workers": 2,
        "partitions": 4,
        "every": 2.0,
    }
    faults = await Chaos(tmp_path, random.Random(2), **sizes).run()
    assert faults == []
    assert capfd.readouterr().out.endswith("messages 40000, kills 3, missing 0, twice 0\n")
