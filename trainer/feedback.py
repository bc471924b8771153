"""People's verdicts from the `feedback` topic, as training rows."""

import asyncio

import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from sentiment.errors import TopicError
from sentiment.messages import Feedback
from sentiment.topics import FEEDBACK
from trainer.data import Tweets
from trainer.settings import TrainerSettings


def read_feedback(settings: TrainerSettings) -> Tweets:
    """All verdicts there are now; each idempotency key counts once, with its first record.

    Raises:
        TopicError: Kafka does not answer, or the topic does not exist.
    """
    try:
        records = asyncio.run(_records(settings))
    except KafkaError as error:
        raise TopicError(
            f"Kafka at {settings.kafka_brokers} does not answer ({error!r}); start it, or set "
            "KAFKA_BROKERS."
        ) from error
    verdicts: dict[str, Feedback] = {}
    for record in records:
        try:
            feedback = Feedback.model_validate_json(record)
        except ValidationError:
            continue  # another program's record: training can do without it
        verdicts.setdefault(feedback.key, feedback)
    labels = [verdict.right == "negative" for verdict in verdicts.values()]
    return Tweets([verdict.text for verdict in verdicts.values()], np.array(labels, np.int8))


async def _records(settings: TrainerSettings) -> list[bytes]:
    partitions = await _partitions(settings)
    consumer = AIOKafkaConsumer(
        **settings.kafka_client, isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        return await _to_the_end(consumer, partitions)
    finally:
        await consumer.stop()


async def _partitions(settings: TrainerSettings) -> list[TopicPartition]:
    name = settings.topic(FEEDBACK)
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    await admin.start()
    try:
        (topic,) = await admin.describe_topics([name])
    finally:
        await admin.close()
    if topic["error_code"]:
        raise TopicError(f"expected the topic {name}, got none; `badbuzz topics create` makes it.")
    return [TopicPartition(name, one["partition"]) for one in topic["partitions"]]


async def _to_the_end(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> list[bytes]:
    """The values of all records that stand there when the call begins."""
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    found: list[bytes] = []
    while any([await consumer.position(one) < ends[one] for one in partitions]):
        batches = await consumer.getmany(timeout_ms=500)
        found += [r.value for batch in batches.values() for r in batch if r.value is not None]
    return found
