"""Lag and standstill of partitions as metrics, and their end with the partition's."""

import time
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from stream import health as health_module
from stream.health import Health
from stream.metrics import StreamMetrics

PLACE = {"topic": "tweets", "partition": "1"}
SOURCE = TopicPartition("tweets", 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since the start; the wall clock goes on as it does."""
    moment = [0.0]
    stand_in = SimpleNamespace(monotonic=lambda: moment[0], time=time.time)
    monkeypatch.setattr(health_module, "time", stand_in)
    return moment


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def writer() -> SimpleNamespace:
    then = time.time() - 90
    return SimpleNamespace(source=SOURCE, committed=10, committed_timestamp=then, taken_at=then)


def test_a_partition_that_stands_still_with_records_waiting_is_timed(
    clock: list[float], registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    ownership = SimpleNamespace(writers={SOURCE: writer})
    health = Health(ownership, StreamMetrics(registry), 60)
    health.sample({("tweets", 1): 15})
    clock[0] = 70
    health.sample({("tweets", 1): 15})
    assert registry.get_sample_value("badbuzz_stalled_seconds", PLACE) == 70
    assert registry.get_sample_value("badbuzz_lag_records", PLACE) == 5
    assert registry.get_sample_value("badbuzz_lag_seconds", PLACE) == pytest.approx(90, abs=5)
    assert len(health.stuck()) == 1
    writer.committed = 12
    health.sample({("tweets", 1): 15})
    assert registry.get_sample_value("badbuzz_stalled_seconds", PLACE) == 0
    assert health.stuck() == []


def test_a_partition_that_ends_before_its_committed_offset_is_stuck(
    clock: list[float], registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    health = Health(SimpleNamespace(writers={SOURCE: writer}), StreamMetrics(registry), 60)
    health.sample({("tweets", 1): 4})
    clock[0] = 70
    health.sample({("tweets", 1): 4})
    assert registry.get_sample_value("badbuzz_lag_records", PLACE) == 0
    assert len(health.stuck()) == 1


def test_a_partition_without_records_waiting_is_neither_late_nor_still(
    clock: list[float], registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    ownership = SimpleNamespace(writers={SOURCE: writer})
    health = Health(ownership, StreamMetrics(registry), 60)
    for second in (0.0, 100.0, 200.0):
        clock[0] = second
        health.sample({("tweets", 1): 10})
    assert registry.get_sample_value("badbuzz_stalled_seconds", PLACE) == 0
    assert registry.get_sample_value("badbuzz_lag_seconds", PLACE) == 0


def test_a_revoked_partition_leaves_no_series_behind(
    clock: list[float], registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    ownership = SimpleNamespace(writers={SOURCE: writer})
    health = Health(ownership, StreamMetrics(registry), 60)
    health.sample({("tweets", 1): 15})
    ownership.writers = {}
    health.sample({})
    left = [s.name for f in registry.collect() for s in f.samples if "partition" in s.labels]
    assert left == []


def test_the_clock_of_detection_stands_still_while_records_wait(
    clock: list[float], registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    health = Health(SimpleNamespace(writers={SOURCE: writer}), StreamMetrics(registry), 60)
    health.sample({("tweets", 1): 15})
    assert health.reached("tweets") == writer.committed_timestamp
    assert health.reached("brand.mentions") == pytest.approx(time.time(), abs=5)
    health.sample({("tweets", 1): 10})
    assert health.reached("tweets") == pytest.approx(time.time(), abs=5)


def test_the_clock_of_detection_knows_nothing_before_the_end_of_a_partition_is_known(
    registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    health = Health(SimpleNamespace(writers={SOURCE: writer}), StreamMetrics(registry), 60)
    assert health.reached("tweets") == writer.committed_timestamp
    writer.committed_timestamp = None  # it was just taken over
    assert health.reached("tweets") is None
    health.sample({("tweets", 1): 10})
    assert health.reached("tweets") == pytest.approx(time.time(), abs=5)


def test_the_clock_of_detection_knows_nothing_before_the_first_batch_of_a_backlog(
    registry: CollectorRegistry, writer: SimpleNamespace
) -> None:
    other = SimpleNamespace(
        source=TopicPartition("tweets", 2),
        committed=3,
        committed_timestamp=None,
        taken_at=time.time() - 20,
    )
    ownership = SimpleNamespace(writers={SOURCE: writer, other.source: other})
    health = Health(ownership, StreamMetrics(registry), 60)
    health.sample({("tweets", 1): 15, ("tweets", 2): 4})
    assert health.reached("tweets") is None
    lag = registry.get_sample_value("badbuzz_lag_seconds", {"topic": "tweets", "partition": "2"})
    assert lag == pytest.approx(20, abs=5)
    other.committed_timestamp = writer.committed_timestamp - 30
    assert health.reached("tweets") == other.committed_timestamp
