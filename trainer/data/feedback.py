"""People's verdicts from the `feedback` topic, as training rows."""

import asyncio
from collections.abc import Iterable, Iterator

import numpy as np
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from sentiment.card import THREE
from sentiment.errors import TopicError
from sentiment.feedback import each_key_once, latest_votes
from sentiment.kafka_records import TolerantConsumer
from sentiment.messages import Feedback
from sentiment.topics import FEEDBACK
from trainer.data.labelled import Labelled
from trainer.data.tweets import Tweets
from trainer.settings import TrainerSettings


def read_feedback(settings: TrainerSettings, rows: int) -> Tweets:
    """What people say now, as rows of two classes: votes for neutral are left out.

    Args:
        settings: of the installation.
        rows: of the training they are added to, which limit what one caller may add.

    Raises:
        TopicError: Kafka does not answer, or the topic does not exist.
    """
    votes = [vote for vote in read_votes(settings, rows) if vote.right != "neutral"]
    labels = [vote.right == "negative" for vote in votes]
    return Tweets([vote.text for vote in votes], np.array(labels, np.int8))


def read_labelled_feedback(settings: TrainerSettings, rows: int) -> Labelled:
    """The same as rows of three classes.

    Raises:
        TopicError: Kafka does not answer, or the topic does not exist.
    """
    votes = read_votes(settings, rows)
    labels = [THREE.index(vote.right) for vote in votes]
    return Labelled([vote.text for vote in votes], np.array(labels, np.int8), three=True)


def read_votes(settings: TrainerSettings, rows: int) -> list[Feedback]:
    """One vote a caller and text, the latest, and a limit for each caller: of rows, and of the
    share that they are of a training's.

    Each idempotency key counts once, with its first record.

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
    share = max(int(settings.feedback_share_per_caller * rows), 1)
    most = min(settings.feedback_rows_per_caller, share)
    return latest_votes(each_key_once(_readable(records)), most)


def _readable(records: Iterable[bytes]) -> Iterator[Feedback]:
    for record in records:
        try:
            yield Feedback.model_validate_json(record)
        except ValidationError:
            continue  # another program's record: training can do without it


async def _records(settings: TrainerSettings) -> list[bytes]:
    partitions = await _partitions(settings)
    consumer = TolerantConsumer(
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


async def _to_the_end(consumer: TolerantConsumer, partitions: list[TopicPartition]) -> list[bytes]:
    """The values of all records that stand there when the call begins."""
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    found: list[bytes] = []
    while any([await consumer.position(one) < ends[one] for one in partitions]):
        batches = await consumer.getmany(timeout_ms=500)
        found += [r.value for batch in batches.values() for r in batch if r.value is not None]
    return found
