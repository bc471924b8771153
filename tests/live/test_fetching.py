"""What aiokafka is kept from fetching, on the real broker."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from sentiment.topics import TWEETS
from stream.fetching import hold_back
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
