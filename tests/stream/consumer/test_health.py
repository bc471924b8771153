"""Lag and standstill of partitions as metrics, and their end with the partition's."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from stream.consumer import progress as progress_module
from stream.consumer.backpressure import PartitionFlow
from stream.consumer.health import Health
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings

PLACE = {"topic": "tweets", "partition": "1"}
SOURCE = TopicPartition("tweets", 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since the start; the wall clock goes on as it does."""
    moment = [0.0]
    stand_in = SimpleNamespace(monotonic=lambda: moment[0], time=time.time)
    monkeypatch.setattr(progress_module, "time", stand_in)
    return moment


@pytest.fixture
def settings(tmp_path: Path) -> StreamSettings:
    return StreamSettings(state_dir=tmp_path, stuck_seconds=60)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


class StandIn:
    """What is looked at of a partition's writer, with its flow."""

    def __init__(self, source: TopicPartition, committed: int, flow: PartitionFlow) -> None:
        self.source, self.committed, self.flow = source, committed, flow


@pytest.fixture
def writer() -> StandIn:
    then = time.time() - 90
    return StandIn(SOURCE, 10, PartitionFlow(committed_timestamp=then, taken_at=then))


def assigned(*writers: StandIn) -> Any:
    """An assignment of these writers."""
    flows = {writer: writer.flow for writer in writers}
    return SimpleNamespace(
        writers={writer.source: writer for writer in writers},
        backpressure=SimpleNamespace(flows=flows),
    )


def test_a_partition_that_stands_still_with_records_waiting_is_timed(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    assignment = assigned(writer)
    health = Health(assignment, StreamMetrics(registry), settings)
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
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    health = Health(assigned(writer), StreamMetrics(registry), settings)
    health.sample({("tweets", 1): 4})
    clock[0] = 70
    health.sample({("tweets", 1): 4})
    assert registry.get_sample_value("badbuzz_lag_records", PLACE) == 0
    assert len(health.stuck()) == 1


def test_a_partition_without_records_waiting_is_neither_late_nor_still(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    assignment = assigned(writer)
    health = Health(assignment, StreamMetrics(registry), settings)
    for second in (0.0, 100.0, 200.0):
        clock[0] = second
        health.sample({("tweets", 1): 10})
    assert registry.get_sample_value("badbuzz_stalled_seconds", PLACE) == 0
    assert registry.get_sample_value("badbuzz_lag_seconds", PLACE) == 0


def test_a_revoked_partition_leaves_no_series_behind(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    assignment = assigned(writer)
    health = Health(assignment, StreamMetrics(registry), settings)
    health.sample({("tweets", 1): 15})
    assignment.writers, assignment.backpressure.flows = {}, {}
    health.sample({})
    left = [s.name for f in registry.collect() for s in f.samples if "partition" in s.labels]
    assert left == []


def test_the_clock_of_detection_stands_still_while_records_wait(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    health = Health(assigned(writer), StreamMetrics(registry), settings)
    health.sample({("tweets", 1): 15})
    assert health.reached("tweets") == writer.flow.committed_timestamp
    assert health.reached("brand.mentions") == pytest.approx(time.time(), abs=5)
    health.sample({("tweets", 1): 10})
    assert health.reached("tweets") == pytest.approx(time.time(), abs=5)


def test_the_clock_of_detection_knows_nothing_before_the_end_of_a_partition_is_known(
    registry: CollectorRegistry, writer: StandIn, settings: StreamSettings
) -> None:
    health = Health(assigned(writer), StreamMetrics(registry), settings)
    assert health.reached("tweets") == writer.flow.committed_timestamp
    writer.flow.committed_timestamp = None  # it was just taken over
    assert health.reached("tweets") is None
    health.sample({("tweets", 1): 10})
    assert health.reached("tweets") == pytest.approx(time.time(), abs=5)


def test_the_clock_of_detection_knows_nothing_before_the_first_batch_of_a_backlog(
    registry: CollectorRegistry, writer: StandIn, settings: StreamSettings
) -> None:
    other = StandIn(TopicPartition("tweets", 2), 3, PartitionFlow(taken_at=time.time() - 20))
    assignment = assigned(writer, other)
    health = Health(assignment, StreamMetrics(registry), settings)
    health.sample({("tweets", 1): 15, ("tweets", 2): 4})
    assert health.reached("tweets") is None
    lag = registry.get_sample_value("badbuzz_lag_seconds", {"topic": "tweets", "partition": "2"})
    assert lag == pytest.approx(20, abs=5)
    other.flow.committed_timestamp = writer.flow.committed_timestamp - 30
    assert health.reached("tweets") == other.flow.committed_timestamp


def test_a_partition_that_is_given_back_and_taken_again_is_stuck_all_the_same(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    assignment = assigned(writer)
    health = Health(assignment, StreamMetrics(registry), settings)
    for second in range(0, 96, 2):
        clock[0] = float(second)
        away, opening = second % 6 == 4, second % 6 == 0
        taken = StandIn(SOURCE, -1 if opening else 10, PartitionFlow())
        assignment.writers = {} if away else {SOURCE: taken}
        health.sample({} if away or opening else {("tweets", 1): 15})
    assert len(health.stuck()) == 1
    assignment.writers = {SOURCE: StandIn(SOURCE, 11, PartitionFlow())}
    health.sample({("tweets", 1): 15})
    assert health.stuck() == []


def test_progress_is_remembered_over_restarts(
    clock: list[float],
    registry: CollectorRegistry,
    writer: StandIn,
    settings: StreamSettings,
) -> None:
    for start in range(5):
        health = Health(assigned(writer), StreamMetrics(CollectorRegistry()), settings)
        for second in range(0, 20, 5):
            clock[0] = start * 1_000 + float(second)
            health.sample({("tweets", 1): 15})
    assert len(health.stuck()) == 1
    writer.committed = 15
    clock[0] += 10
    health.sample({("tweets", 1): 15})
    assert health.stuck() == []
    clock[0] += 10
    health.sample({("tweets", 1): 15})
    again = Health(assigned(writer), StreamMetrics(registry), settings)
    again.sample({("tweets", 1): 20})
    assert again.stuck() == []
