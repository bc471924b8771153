"""Records on their way to Kafka, in as few requests as their sizes allow."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from stream.kafka.aiokafka_internals import retrieve_error
from stream.transactions.outputs import Outputs, Record


async def transact(
    producer: AIOKafkaProducer,
    outputs: Sequence[Outputs],
    offsets: Mapping[TopicPartition, OffsetAndMetadata],
    group: str,
) -> None:
    """Publish outputs and a group's offsets in one transaction.

    Raises:
        KafkaError, OSError: something did not work; what became of it, Kafka knows.
    """
    await producer.begin_transaction()
    # All partitions join before the first request goes out: one that joins a running
    # transaction costs 100 ms (aiokafka's sender).
    sent = [await send_all(producer, one) for one in outputs]
    await asyncio.gather(*(future for futures in sent for future in futures))
    for one in outputs:
        one.sent()
    # Not at the same time: records that are sent while the offsets join the transaction often
    # take `retry_backoff_ms` longer, as if Kafka refused them until that is done.
    await producer.send_offsets_to_transaction(offsets, group)
    await producer.commit_transaction()


async def send_all(producer: AIOKafkaProducer, outputs: Outputs) -> list[asyncio.Future[Any]]:
    """Hand all records to the producer; the futures are done when Kafka has them."""
    futures = []
    for (topic, partition), records in outputs.records.items():
        for builder in builders_of(producer, records):
            future = await producer.send_batch(builder, topic, partition=partition)
            # If the next batch cannot be handed over, nobody waits for this one.
            future.add_done_callback(retrieve_error)
            futures.append(future)
    return futures


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
