"""How aiokafka is kept from fetching, on the real broker."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from sentiment.topics import MENTIONS, TWEETS
from stream.consumer.assignment import Assignment
from stream.consumer.consumer_thread import BatchConsumerThread
from stream.consumer.fetch_buffer import FetchBuffer
from stream.kafka.aiokafka_internals import ConsumerInternals
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter
from stream.transactions.recovery import TransactionRecovery
from tests.live.kafka_io import send

pytestmark = pytest.mark.live
NOTHING: Any = None


async def test_what_is_paused_is_fetched_once_fetches_resume(settings: StreamSettings) -> None:
    source = TopicPartition(settings.topic(TWEETS), 0)
    may_wait = True
    consumer = AIOKafkaConsumer(**settings.kafka_client, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer._fetcher._fetcher_timeout = 3_600  # it looks again by itself as well, each 0.2 s
        internals = ConsumerInternals(consumer)
        internals.pause_fetches_while(lambda: may_wait)
        consumer.assign([source])
        consumer.seek(source, 0)
        await asyncio.to_thread(send, settings, TWEETS, [b"{}"], partition=0)
        assert await consumer.getmany(timeout_ms=1_000) == {}

        may_wait = False
        internals.resume_fetches()
        fetched = await consumer.getmany(timeout_ms=20_000)
        assert len(fetched[source]) == 1
    finally:
        await consumer.stop()


async def test_after_an_answer_it_asks_for_no_more_until_the_shared_transaction_ends(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a partition of another topic has capacity all the while."""
    clock = SimpleNamespace(monotonic=lambda: 0.0, time=lambda: 0.0)
    monkeypatch.setattr("stream.consumer.backpressure.time", clock)
    tweets, mentions = (TopicPartition(settings.topic(name), 0) for name in (TWEETS, MENTIONS))
    assignment = Assignment(settings)
    assignment.writers = {source: _writer(source) for source in (tweets, mentions)}
    pressure, committing = assignment.backpressure, assignment.writers[tweets]
    pressure.assign(assignment.writers.values())
    pressure.fetched(committing, 1, 1)
    pressure.sent(committing, 1)
    consumer = AIOKafkaConsumer(**settings.kafka_client, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer._fetcher._fetcher_timeout = 3_600
        thread = _thread(consumer, assignment)
        consumer.assign([tweets, mentions])
        for source in (tweets, mentions):
            consumer.seek(source, 0)

        async def fetch(seconds: float) -> list[int]:
            fetched = await thread._fetch(lambda: pressure.capacity([tweets, mentions]), seconds)
            return [len(some.records) for some in fetched]

        for _ in range(2):
            await asyncio.to_thread(send, settings, TWEETS, [b"{}"], partition=0)
            assert await fetch(1) == [], "there is no capacity for it yet"
        pressure.finished(committing, 1)
        assert await fetch(20) == [1]
        assert await fetch(20) == [1]
    finally:
        await consumer.stop()


def _thread(consumer: AIOKafkaConsumer, assignment: Assignment) -> BatchConsumerThread:
    """What `_fetch` needs of one; the rest of it is Faust's."""
    thread: Any = BatchConsumerThread.__new__(BatchConsumerThread)
    thread.app = SimpleNamespace(assignment=assignment)
    thread.consumer = SimpleNamespace(flow_active=True)
    thread._consumer, thread._awake = consumer, asyncio.Event()
    thread._buffer = FetchBuffer(2_000, 1 << 20, ahead=4_000)
    thread._use(consumer)
    result: BatchConsumerThread = thread
    return result


def _writer(source: TopicPartition) -> PartitionWriter:
    recovery = TransactionRecovery("badbuzz", [])
    made = PartitionWriter(source, recovery, NOTHING, NOTHING, NOTHING, NOTHING, 1.0)
    made.state = "open"
    return made
