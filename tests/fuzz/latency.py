"""How long tweets take from their producer to a reader of results."""

import asyncio
import time
from contextlib import suppress

import orjson
from aiokafka import AIOKafkaProducer

from sentiment.kafka_records import TolerantConsumer
from sentiment.topics import SCORED, TWEETS
from stream.kafka.lag import partitions_of
from stream.settings import StreamSettings

PER_SECOND = 40
_REST_SECONDS = 20.0


async def latencies(installation: StreamSettings, seconds: float, name: str) -> list[float]:
    """Send tweets for some seconds; the seconds that each took.

    Raises:
        AssertionError: one did not come.
    """
    consumer = TolerantConsumer(**installation.kafka_client, isolation_level="read_committed")
    producer = AIOKafkaProducer(**installation.kafka_client)
    await consumer.start()
    await producer.start()
    sent: dict[str, float] = {}
    came: dict[str, float] = {}
    try:
        places = await partitions_of(consumer, installation.topic(SCORED))
        consumer.assign(places)
        await consumer.seek_to_end()
        reading = asyncio.create_task(_read(consumer, name, came, int(seconds * PER_SECOND)))
        for number in range(int(seconds * PER_SECOND)):
            tweet = f"{name}-{number}"
            sent[tweet] = time.monotonic()
            value = orjson.dumps({"id": tweet, "text": f"flight {number} is late"})
            await producer.send(
                installation.topic(TWEETS), value, partition=number % installation.partitions
            )
            await asyncio.sleep(1 / PER_SECOND)
        with suppress(TimeoutError):
            await asyncio.wait_for(reading, _REST_SECONDS)
    finally:
        await producer.stop()
        await consumer.stop()
    assert len(came) == len(sent), f"{len(sent) - len(came)} tweets did not come in time"
    return [came[tweet] - at for tweet, at in sent.items()]


async def _read(consumer: TolerantConsumer, name: str, came: dict[str, float], count: int) -> None:
    mark = f'"id":"{name}-'.encode()
    while len(came) < count:
        for records in (await consumer.getmany(timeout_ms=100)).values():
            now = time.monotonic()
            for record in records:
                value = getattr(record, "value", None) or b""
                if mark in value:
                    came.setdefault(orjson.loads(value)["id"], now)
