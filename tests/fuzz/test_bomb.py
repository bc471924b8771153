"""A batch that is small on the wire and large unpacked. Rounds of hostile records: `tests/fuzz`."""

import asyncio
import time
from collections.abc import Callable

import psutil
import pytest

from sentiment.topics import TWEETS
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet, Worker
from tests.fuzz.kafka import Census, send_raw
from tests.fuzz.records import bomb
from tests.live.conftest import wait_ready
from tests.live.kafka_io import lag
from trainer.registry.register import Versions

pytestmark = [pytest.mark.live, pytest.mark.timeout(1_200)]


def memory_mb(worker: Worker) -> float:
    return psutil.Process(worker.process.pid).memory_info().rss / 1e6


def test_a_batch_that_unpacks_to_hundreds_of_megabytes_takes_little_memory(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
) -> None:
    versions.point(new_version(0.0))
    worker = fleet.start()
    wait_ready(worker)
    before, most = memory_mb(worker), 0.0
    raw = bomb(300, 1_000_000)
    assert len(raw) < 100_000
    asyncio.run(send_raw(settings, TWEETS, raw))
    until = time.monotonic() + 120
    while lag(settings, TWEETS) > 0:
        most = max(most, memory_mb(worker))
        assert time.monotonic() < until, "all of it is done with"
        time.sleep(0.1)
    print(f"before {before:.0f} MB, at most {most:.0f} MB")
    assert most < before + 300
    census = Census(settings)
    census.count()
    assert len(census.came) == 300
    assert census.faults() == []
