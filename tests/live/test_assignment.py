"""Which partitions a worker reads after an assignment, on the real broker."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from sentiment.topics import TWEETS
from stream.consumer.assignment import Assignment
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter
from stream.transactions.recovery import TransactionRecovery

pytestmark = pytest.mark.live


async def first_offset(_: TopicPartition) -> int:
    return 0


def sources(settings: StreamSettings, *partitions: int) -> list[TopicPartition]:
    return [TopicPartition(settings.topic(TWEETS), number) for number in partitions]


async def until(owned: Assignment, ready: list[TopicPartition]) -> None:
    async with asyncio.timeout(60):
        while sorted(owned.backpressure.fetchable(ready)) != ready:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_partition_that_cannot_be_opened_yet_holds_up_no_other(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = Assignment(settings)
    both, kafka_is_back = sources(settings, 0, 1), asyncio.Event()
    start = TransactionRecovery.start

    async def refuse(recovery: TransactionRecovery, producer: AIOKafkaProducer) -> None:
        if producer._txn_manager.transactional_id.endswith("[1]") and not kafka_is_back.is_set():
            raise KafkaConnectionError
        await start(recovery, producer)

    monkeypatch.setattr(TransactionRecovery, "start", refuse)
    async with asyncio.timeout(settings.session_seconds):
        await owned.assign(both, first_offset)
    await until(owned, both[:1])
    assert owned.backpressure.fetchable(both) == both[:1]

    kafka_is_back.set()
    await until(owned, both)
    await owned.revoke()


async def test_a_partition_is_not_read_before_its_takeover_is_done(
    settings: StreamSettings,
) -> None:
    owned = Assignment(settings)
    both, may_go_on = sources(settings, 0, 1), asyncio.Event()

    async def takeover(writer: PartitionWriter) -> bool:
        assert writer.state == "open"
        if writer.source.partition == 1:
            await may_go_on.wait()
        return True

    owned.register_agent(both[0].topic, [], takeover)
    await owned.assign(both, first_offset)
    await until(owned, both[:1])
    assert owned.backpressure.fetchable(both) == both[:1]
    may_go_on.set()
    await until(owned, both)
    await owned.revoke()


async def test_a_takeover_that_is_cut_off_from_within_is_tried_again(
    settings: StreamSettings,
) -> None:
    owned, only, tried = Assignment(settings), sources(settings, 0), []

    async def takeover(writer: PartitionWriter) -> bool:
        tried.append(writer)
        if len(tried) == 1:  # as aiokafka's `consumer.stop()` amid a fetch that waits to try again
            raise asyncio.CancelledError
        return True

    owned.register_agent(only[0].topic, [], takeover)
    await owned.assign(only, first_offset)
    await until(owned, only)
    assert len(tried) == 2
    await owned.revoke()


async def test_the_group_is_asked_for_a_rebalance_until_it_does(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream.consumer.assignment._REJOIN_SECONDS", 0.2)
    owned, (only,) = Assignment(settings), sources(settings, 0)
    await owned.assign([only], first_offset)
    assert not owned.must_rejoin()
    owned.writers[only].lose("is tried")
    assert owned.must_rejoin()
    assert not owned.must_rejoin(), "it is at it"
    await asyncio.sleep(0.3)
    assert owned.must_rejoin(), "the request was forgotten"
    await owned.assign([only], first_offset)
    await asyncio.sleep(0.3)
    assert not owned.must_rejoin()
    await owned.revoke()
