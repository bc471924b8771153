"""A small topic, read from its beginning without a group, and followed."""

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import RequestTimedOutError

from sentiment.kafka_records import TolerantConsumer
from sentiment.settings import Settings

_POLL_MS = 500
_RECORDS = 500
_REQUEST_MS = 5_000
_METADATA_MS = 15_000
"""How often the consumer asks for the topic's partitions: those that were added are read then."""
_PATIENCE_SECONDS = 10.0
"""How long to wait for records that must be there, before a new consumer has to try again."""


@dataclass(frozen=True)
class Read:
    """What a step of reading brought.

    Attributes:
        records: new ones, those of a partition in their order.
        known_until: all that stood on the topic at this time, in seconds of `time.monotonic`, was
            read; None: there is more.
    """

    records: list[ConsumerRecord]
    known_until: float | None


async def follow_whole_topic(settings: Settings, topic: str) -> AsyncGenerator[Read, None]:
    """Committed records of all partitions from the first one on, without end.

    Args:
        settings: name the brokers.
        topic: its full name.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer, the topic is missing, or records that
            must be there do not come.
    """
    consumer = TolerantConsumer(
        topic,
        **settings.kafka_client,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        request_timeout_ms=_REQUEST_MS,
        metadata_max_age_ms=_METADATA_MS,
    )
    try:
        await consumer.start()
        asked, ends = await _ends(consumer)
        came = asked
        while True:
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS)
            records = [record for some in found.values() for record in some]
            behind = [one for one, end in ends.items() if await consumer.position(one) < end]
            yield Read(records, None if behind else asked)
            if records or not behind:
                came = time.monotonic()
            elif time.monotonic() - came > _PATIENCE_SECONDS:
                raise RequestTimedOutError(f"the end of {topic} was not reached")
            if not behind:
                asked, ends = await _ends(consumer)
    finally:
        await consumer.stop()


async def _ends(consumer: AIOKafkaConsumer) -> tuple[float, dict[TopicPartition, int]]:
    """The present ends, and when they were asked for."""
    asked = time.monotonic()
    return asked, await consumer.end_offsets(consumer.assignment())
