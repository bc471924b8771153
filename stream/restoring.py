"""Reads a compacted partition back: what a new owner has to know before it goes on."""

import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import RequestTimedOutError

from sentiment.settings import Settings

_PATIENCE_SECONDS = 10.0
"""So long may nothing come of what is there; a new consumer then tries its luck."""


async def read_back(settings: Settings, source: TopicPartition) -> list[tuple[bytes, bytes]]:
    """Key and value of every committed record of a partition, in order.

    Call it once the partition's writer is open: nothing that a former owner wrote can come later.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        **settings.kafka_client, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        await consumer.start()
        consumer.assign([source])
        first = (await consumer.beginning_offsets([source]))[source]
        end = (await consumer.end_offsets([source]))[source]
        consumer.seek(source, first)
        records: list[tuple[bytes, bytes]] = []
        position, since = first, time.monotonic()
        while position < end:
            for some in (await consumer.getmany(timeout_ms=500)).values():
                records += [(record.key, record.value) for record in some]
            if (reached := await consumer.position(source)) != position:
                position, since = reached, time.monotonic()
            elif time.monotonic() - since > _PATIENCE_SECONDS:
                raise RequestTimedOutError(f"{source} stands at {position}, of {end}")
        return records
    finally:
        await consumer.stop()
