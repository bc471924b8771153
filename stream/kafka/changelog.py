"""Reads a partition from one offset to another: what a new owner has to know before it goes on."""

import time
from collections.abc import AsyncIterator

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import RequestTimedOutError

from sentiment.kafka_records import TolerantConsumer, UnreadableRecord
from sentiment.settings import Settings

_PATIENCE_SECONDS = 10.0
"""How long to wait for records that must be there, before a new consumer tries again."""

Changelog = AsyncIterator[list[tuple[bytes | None, bytes | None] | UnreadableRecord]]
"""Key and value of some records at a time, in order."""


Records = AsyncIterator[list[ConsumerRecord]]


async def read_changelog(settings: Settings, source: TopicPartition) -> Changelog:
    """Key and value of every committed record of a partition, in order.

    Call it once the partition's writer is open: nothing that a former owner wrote can come later.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer.
    """
    async for some in read_records(settings, source):
        yield [
            record if isinstance(record, UnreadableRecord) else (record.key, record.value)
            for record in some
        ]


async def read_records(
    settings: Settings, source: TopicPartition, start: int = 0, end: int | None = None
) -> Records:
    """The committed records of a partition, in order, as many as are left.

    Args:
        settings: where Kafka is.
        source: the partition.
        start: offset of the first.
        end: the offset after the last; None: as far as there are any now.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer.
    """
    consumer = TolerantConsumer(
        **settings.kafka_client, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        await consumer.start()
        consumer.assign([source])
        position = max(start, (await consumer.beginning_offsets([source]))[source])
        last = (await consumer.end_offsets([source]))[source]
        end = last if end is None else min(end, last)
        consumer.seek(source, position)
        since = time.monotonic()
        while position < end:
            for some in (await consumer.getmany(timeout_ms=500, max_records=2_000)).values():
                yield [record for record in some if record.offset < end]
            if (reached := await consumer.position(source)) != position:
                position, since = reached, time.monotonic()
            elif time.monotonic() - since > _PATIENCE_SECONDS:
                raise RequestTimedOutError(f"{source} stands at {position}, of {end}")
    finally:
        await consumer.stop()
