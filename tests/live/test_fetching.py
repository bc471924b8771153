"""What aiokafka is kept from fetching, on the real broker."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from sentiment.topics import MENTIONS, TWEETS
from stream.arrivals import Arrivals
from stream.fetching import BatchConsumerThread, hold_back
from stream.ownership import Ownership
from stream.settings import StreamSettings
from tests.live.kafka_io import send

pytestmark = pytest.mark.live


async def test_what_is_held_back_is_fetched_once_it_is_told_to_look_again(
    settings: StreamSettings,
) -> None:
    source = TopicPartition(settings.topic(TWEETS), 0)
    may_wait = True
    consumer = AIOKafkaConsumer(**settings.kafka_client, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer._fetcher._fetcher_timeout = 3_600  # it looks again by itself as well, each 0.2 s
        fetch_again = hold_back(consumer._fetcher, lambda: may_wait)
        consumer.assign([source])
        consumer.seek(source, 0)
        await asyncio.to_thread(send, settings, TWEETS, [b"{}"], partition=0)
        assert await consumer.getmany(timeout_ms=1_000) == {}

        may_wait = False
        fetch_again()
        fetched = await consumer.getmany(timeout_ms=20_000)
        assert len(fetched[source]) == 1
    finally:
        await consumer.stop()


async def test_once_answered_it_asks_for_no_more_until_the_round_is_over(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a partition of another topic has room all the while."""
    monkeypatch.setattr("stream.ownership.time", SimpleNamespace(monotonic=lambda: 0.0))
    tweets, mentions = (TopicPartition(settings.topic(name), 0) for name in (TWEETS, MENTIONS))
    ownership = Ownership(settings)
    for source in (tweets, mentions):
        ownership.serve(source.topic, [], _no_takeover)
        ownership.writers[source] = _writer(source)
    committing: Any = ownership.writers[tweets]
    ownership.fetched(committing, 1, 1)
    ownership.sent(committing, 1)
    consumer = AIOKafkaConsumer(**settings.kafka_client, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer._fetcher._fetcher_timeout = 3_600
        thread = _thread(consumer, ownership)
        consumer.assign([tweets, mentions])
        for source in (tweets, mentions):
            consumer.seek(source, 0)

        async def fetch(seconds: float) -> list[int]:
            fetched = await thread._fetch(lambda: ownership.room([tweets, mentions]), seconds)
            return [len(some.records) for some in fetched]

        for _ in range(2):
            await asyncio.to_thread(send, settings, TWEETS, [b"{}"], partition=0)
            assert await fetch(1) == [], "there is no room for it yet"
        ownership.finished(committing, 1)
        assert await fetch(20) == [1]
        assert await fetch(20) == [1]
    finally:
        await consumer.stop()


def _thread(consumer: AIOKafkaConsumer, ownership: Ownership) -> BatchConsumerThread:
    """What `_fetch` needs of one; the rest of it is Faust's."""
    thread: Any = BatchConsumerThread.__new__(BatchConsumerThread)
    thread.app = SimpleNamespace(ownership=ownership)
    thread.consumer = SimpleNamespace(flow_active=True)
    thread._consumer, thread._nudged = consumer, asyncio.Event()
    thread._arrivals = Arrivals(2_000, 1 << 20, ahead=4_000)
    thread._fetch_again = hold_back(consumer._fetcher, ownership.may_fetch_later)
    result: BatchConsumerThread = thread
    return result


def _writer(source: TopicPartition) -> Any:
    return SimpleNamespace(
        source=source, state="open", held=False, in_flight=0, unsent=set(),
        batch_records=0, fetched_at=0.0,
    )  # fmt: skip


async def _no_takeover(_writer: object) -> bool:
    return True
