"""Which partitions may be fetched from, by what is under way."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition

from stream.consumer.backpressure import Backpressure
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter
from stream.transactions.recovery import TransactionRecovery

TWEETS = [TopicPartition("tweets", number) for number in range(3)]
MENTIONS = TopicPartition("brand.mentions", 0)
NOTHING = cast(Any, None)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, which pass only where a test says so."""
    moment = [100.0]
    monkeypatch.setattr(
        "stream.consumer.backpressure.time", SimpleNamespace(monotonic=lambda: moment[0])
    )
    return moment


@pytest.fixture
def pressure() -> Backpressure:
    """Of three partitions of one topic and one of another, with nothing under way."""
    made = Backpressure(StreamSettings())
    made.assign([writer(source) for source in [*TWEETS, MENTIONS]])
    return made


def writer(source: TopicPartition) -> PartitionWriter:
    made = PartitionWriter(
        source, TransactionRecovery("badbuzz", []), NOTHING, NOTHING, NOTHING, NOTHING, 1.0
    )
    made.state = "open"
    return made


def fetched(pressure: Backpressure, source: TopicPartition, records: int) -> PartitionWriter:
    found = next(one for one in pressure.flows if one.source == source)
    pressure.fetched(found, records, records)
    return found


def fetchable(pressure: Backpressure) -> list[TopicPartition]:
    return sorted(pressure.fetchable([*TWEETS, MENTIONS]))


def test_all_wait_until_the_small_batches_under_way_are_done(pressure: Backpressure) -> None:
    first, second = (fetched(pressure, source, 20) for source in TWEETS[:2])
    assert fetchable(pressure) == [MENTIONS], "another topic has transactions of its own"
    pressure.finished(first, 20)
    assert fetchable(pressure) == [MENTIONS]
    pressure.finished(second, 20)
    assert fetchable(pressure) == [MENTIONS, *TWEETS]


def test_a_large_batch_overlaps_with_the_next_and_holds_up_no_other(pressure: Backpressure) -> None:
    fetched(pressure, TWEETS[0], 2_000)
    assert fetchable(pressure) == [MENTIONS, *TWEETS]
    fetched(pressure, TWEETS[0], 2_000)
    assert fetchable(pressure) == [MENTIONS, *TWEETS[1:]]


def test_a_partition_that_is_stuck_holds_up_no_other(
    pressure: Backpressure, clock: list[float]
) -> None:
    fetched(pressure, TWEETS[0], 20)
    clock[0] += 0.2
    assert fetchable(pressure) == [MENTIONS, *TWEETS[1:]]
    fetched(pressure, TWEETS[1], 20)
    assert fetchable(pressure) == [MENTIONS, TWEETS[2]]


def test_nothing_is_fetched_while_as_much_as_allowed_is_under_way(pressure: Backpressure) -> None:
    for source in TWEETS:
        for _ in range(2):
            fetched(pressure, source, 2_000)
    assert pressure.free_batches() == {"tweets": 0, "brand.mentions": 6}
    assert fetchable(pressure) == [MENTIONS], "mentions have places of their own"


def test_what_arrives_while_little_is_scored_is_fetched_once_that_is_sent(
    pressure: Backpressure,
) -> None:
    asked: list[bool] = []
    pressure.on_sent = lambda: asked.append(pressure.should_pause_fetches())
    assert not pressure.should_pause_fetches()
    first, second = (fetched(pressure, source, 20) for source in TWEETS[:2])
    assert pressure.should_pause_fetches()
    pressure.sent(first, 20)
    assert asked == []
    pressure.sent(second, 20)
    pressure.finished(first, 20)
    assert asked == [False], "though both commit still"
    fetched(pressure, TWEETS[2], 2_000)
    assert not pressure.should_pause_fetches(), "large batches overlap"


def test_one_answer_of_kafkas_is_enough_for_the_next_shared_transaction(
    pressure: Backpressure,
) -> None:
    asked: list[bool] = []
    pressure.on_sent = lambda: asked.append(pressure.should_pause_fetches())
    pressure.records_received()
    assert not pressure.should_pause_fetches(), "nothing is under way"
    first = fetched(pressure, TWEETS[0], 20)
    pressure.sent(first, 20)
    assert asked == [False]
    pressure.records_received()
    assert pressure.should_pause_fetches(), "while it commits"
    pressure.finished(first, 20)
    assert not pressure.should_pause_fetches(), "should that answer have been for others alone"


def test_a_batch_that_was_never_sent_holds_back_no_fetch(pressure: Backpressure) -> None:
    dropped = fetched(pressure, TWEETS[0], 20)
    pressure.finished(dropped, 20)
    assert not pressure.should_pause_fetches()


def test_a_partition_that_takes_long_to_score_holds_back_no_fetch(
    pressure: Backpressure, clock: list[float]
) -> None:
    fetched(pressure, TWEETS[0], 20)
    clock[0] += 1
    assert not pressure.should_pause_fetches()


def test_a_batch_of_a_former_assignment_counts_for_nothing(pressure: Backpressure) -> None:
    former = fetched(pressure, TWEETS[0], 20)
    pressure.assign([writer(source) for source in TWEETS])
    pressure.finished(former, 20, 1.0)
    pressure.fetched(former, 40, 20)
    assert fetchable(pressure) == TWEETS
    assert {flow.in_flight for flow in pressure.flows.values()} == {0}
