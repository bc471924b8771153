"""What the API reads of topics, from a real broker."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from prometheus_client import CollectorRegistry

from api.metrics import Metrics
from api.reader import Reader, Start
from infra.local.kafka import LocalKafka
from sentiment.settings import Settings
from tests.kafka_wire import Wire, batch, send

pytestmark = pytest.mark.live


class Read:
    """The values that a reader handed on, by partition."""

    def __init__(self) -> None:
        self.values: defaultdict[int, list[int]] = defaultdict(list)

    def __call__(self, record: ConsumerRecord) -> None:
        self.values[record.partition].append(int(record.value))


@asynccontextmanager
async def reading(settings: Settings, topic: str) -> AsyncIterator[Read]:
    read = Read()
    records = Metrics(CollectorRegistry()).live_records
    reader = Reader(settings, {topic: Start(newest=1_000, seconds=600)}, read, records)
    task = asyncio.create_task(reader.run())
    try:
        await until(lambda: reader.following, "the reader follows")
        yield read
        assert reader.following
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(reached: Callable[[], bool], what: str, seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.05)):
        if reached():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"waited {seconds} s until {what}")


async def test_partitions_that_are_added_are_read_from_their_first_record_and_the_others_go_on(
    kafka: LocalKafka,
) -> None:
    settings, topic = Settings(kafka_brokers=kafka.bootstrap), f"grown-{uuid4().hex}"
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    # It sees the new partitions at once, and so is ahead of the reader.
    producer = AIOKafkaProducer(**settings.kafka_client, metadata_max_age_ms=500)
    await admin.start()
    await producer.start()
    sent: defaultdict[int, list[int]] = defaultdict(list)

    async def send(number: int, partitions: int) -> None:
        for partition in range(partitions):
            await producer.send_and_wait(topic, str(number).encode(), partition=partition)
            sent[partition].append(number)

    try:
        await admin.create_topics([NewTopic(topic, 2, 1)])
        await send(0, 2)
        async with reading(settings, topic) as read:
            await send(1, 2)
            await admin.create_partitions({topic: NewPartitions(4)})
            await until(lambda: len(producer._metadata.partitions_for_topic(topic)) == 4, "grown")
            for number in range(2, 102):
                await send(number, 4)
                await asyncio.sleep(0.2)
            await until(lambda: read.values == sent, "all is read")
    finally:
        await producer.stop()
        await admin.close()


async def test_records_that_cannot_be_read_are_skipped_and_the_next_ones_are_read(
    kafka: LocalKafka,
) -> None:
    settings, topic = Settings(kafka_brokers=kafka.bootstrap), f"hostile-{uuid4().hex}"
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    now = int(time.time() * 1_000)
    async with AIOKafkaProducer(**settings.kafka_client) as producer:
        for wire in (
            Wire(b"1"),
            Wire(b"2", headers=[(b"caf\xe9", b"x")]),
            Wire(None),
            Wire(b"no number"),
            Wire(b"3", headers=[(b"x", None)]),
        ):
            await send(producer, topic, 0, batch([wire._replace(timestamp=now)]))
        async with reading(settings, topic) as read:
            await until(lambda: 3 in read.values[0], "the last one is read")
            assert read.values == {0: [1, 3]}
