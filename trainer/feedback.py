"""People's verdicts from the `feedback` topic, as training rows."""

import asyncio

import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition
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
    consumer = AIOKafkaConsumer(
        **settings.kafka_client,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        return await _to_the_end(consumer, settings.topic(FEEDBACK))
    finally:
        await consumer.stop()


async def _to_the_end(consumer: AIOKafkaConsumer, topic: str) -> list[bytes]:
    """The values of all records that stand in the topic when the call begins."""
    if topic not in await consumer.topics():
        raise TopicError(f"expected the topic {topic}, got none; `badbuzz topics create` makes it.")
    numbers = consumer.partitions_for_topic(topic) or set()
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    found: list[bytes] = []
    while any([await consumer.position(one) < ends[one] for one in partitions]):
        batches = await consumer.getmany(timeout_ms=500)
        found += [r.value for batch in batches.values() for r in batch if r.value is not None]
    return found
