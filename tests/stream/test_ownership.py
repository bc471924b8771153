"""Which partitions may be fetched from, by what is under way."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition

from stream.ownership import Ownership
from stream.settings import StreamSettings
from stream.transactions import PartitionWriter

TWEETS = [TopicPartition("tweets", number) for number in range(3)]
MENTIONS = TopicPartition("brand.mentions", 0)
NOTHING = cast(Any, None)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, which pass only where a test says so."""
    moment = [100.0]
    monkeypatch.setattr("stream.ownership.time", SimpleNamespace(monotonic=lambda: moment[0]))
    return moment


@pytest.fixture
def ownership() -> Ownership:
    """Of three partitions of one topic and one of another, with nothing under way."""
    owned = Ownership(StreamSettings())
    for topic in ("tweets", "brand.mentions"):
        owned.serve(topic, [], NOTHING)
    for source in [*TWEETS, MENTIONS]:
        writer = PartitionWriter(
            source, cast(Any, _Settled), NOTHING, NOTHING, NOTHING, NOTHING, 1.0
        )
        writer.state = "open"
        owned.writers[source] = writer
    return owned


class _Settled:
    group = "badbuzz"


def fetched(ownership: Ownership, source: TopicPartition, records: int) -> PartitionWriter:
    writer = ownership.writers[source]
    ownership.fetched(writer, records, records)
    return writer


def fetchable(ownership: Ownership) -> list[TopicPartition]:
    return sorted(ownership.fetchable([*TWEETS, MENTIONS]))


def test_all_wait_until_the_small_batches_under_way_are_done(ownership: Ownership) -> None:
    first, second = (fetched(ownership, source, 20) for source in TWEETS[:2])
    assert fetchable(ownership) == [MENTIONS], "another topic has rounds of its own"
    ownership.finished(first, 20)
    assert fetchable(ownership) == [MENTIONS]
    ownership.finished(second, 20)
    assert fetchable(ownership) == [MENTIONS, *TWEETS]


def test_a_large_batch_overlaps_with_the_next_and_holds_up_no_other(ownership: Ownership) -> None:
    fetched(ownership, TWEETS[0], 2_000)
    assert fetchable(ownership) == [MENTIONS, *TWEETS]
    fetched(ownership, TWEETS[0], 2_000)
    assert fetchable(ownership) == [MENTIONS, *TWEETS[1:]]


def test_a_partition_that_is_stuck_holds_up_no_other(
    ownership: Ownership, clock: list[float]
) -> None:
    fetched(ownership, TWEETS[0], 20)
    clock[0] += 0.2
    assert fetchable(ownership) == [MENTIONS, *TWEETS[1:]]
    fetched(ownership, TWEETS[1], 20)
    assert fetchable(ownership) == [MENTIONS, TWEETS[2]]


def test_nothing_is_fetched_while_as_much_as_allowed_is_under_way(ownership: Ownership) -> None:
    for source in TWEETS:
        for _ in range(2):
            fetched(ownership, source, 2_000)
    assert ownership.places == 0
    assert fetchable(ownership) == []


def test_what_arrives_while_little_is_scored_is_fetched_once_that_is_sent(
    ownership: Ownership,
) -> None:
    asked: list[bool] = []
    ownership.on_sent = lambda: asked.append(ownership.may_fetch_later())
    assert not ownership.may_fetch_later()
    first, second = (fetched(ownership, source, 20) for source in TWEETS[:2])
    assert ownership.may_fetch_later()
    ownership.sent(first, 20)
    assert asked == []
    ownership.sent(second, 20)
    ownership.finished(first, 20)
    assert asked == [False], "though both commit still"
    fetched(ownership, TWEETS[2], 2_000)
    assert not ownership.may_fetch_later(), "large batches overlap"


def test_one_answer_of_kafkas_is_enough_for_the_next_round(ownership: Ownership) -> None:
    asked: list[bool] = []
    ownership.on_sent = lambda: asked.append(ownership.may_fetch_later())
    ownership.answered()
    assert not ownership.may_fetch_later(), "nothing is under way"
    first = fetched(ownership, TWEETS[0], 20)
    ownership.sent(first, 20)
    assert asked == [False]
    ownership.answered()
    assert ownership.may_fetch_later(), "while it commits"
    ownership.finished(first, 20)
    assert not ownership.may_fetch_later(), "should that answer have been for others alone"


def test_a_batch_that_was_never_sent_holds_back_no_fetch(ownership: Ownership) -> None:
    dropped = fetched(ownership, TWEETS[0], 20)
    ownership.finished(dropped, 20)
    assert not ownership.may_fetch_later()


def test_a_partition_that_takes_long_to_score_holds_back_no_fetch(
    ownership: Ownership, clock: list[float]
) -> None:
    fetched(ownership, TWEETS[0], 20)
    clock[0] += 1
    assert not ownership.may_fetch_later()
