"""Records on their way to Kafka, in as few requests as their sizes allow."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer

from stream.batch import Outputs, Record


async def send_all(producer: AIOKafkaProducer, outputs: Outputs) -> list[asyncio.Future[Any]]:
    """Hand all records to the producer; the futures are done when Kafka has them."""
    return [
        await producer.send_batch(builder, topic, partition=partition)
        for (topic, partition), records in outputs.records.items()
        for builder in builders_of(producer, records)
    ]


def builders_of(producer: AIOKafkaProducer, records: list[Record]) -> list[Any]:
    """Kafka record batches of these records, each as large as the topic allows."""
    builders = []
    builder = producer.create_batch()
    for record in records:
        if _append(builder, record) is None:
            builders.append(builder)
            builder = producer.create_batch()
            _append(builder, record)
    builder.close()
    return [*builders, builder]


def _append(builder: Any, record: Record) -> Any:
    timestamp, key, value, headers = record
    return builder.append(timestamp=timestamp, key=key, value=value, headers=headers)
