"""Writers of partitions on the real broker, and what they publish."""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition

from sentiment.topics import SCORED, TWEETS
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs, Record
from stream.transactions.partition_writer import PartitionWriter
from stream.transactions.recovery import TransactionRecovery
from stream.transactions.shared_transactions import Fencing, SharedTransactions
from tests.live.kafka_io import read_all


def writers(
    settings: StreamSettings, *partitions: int, timeout: float = 6.0, **options: Any
) -> list[PartitionWriter]:
    """One worker's, which share their transactions; `options` are those of its producers."""

    async def first_offset(_: TopicPartition) -> int:
        return 0

    def producer(transactional_id: str) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **settings.kafka_client,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(timeout * 1000),
            **options,
        )

    topics = [settings.topic(SCORED)]
    fencing = Fencing(settings.group, lambda: topics, producer)
    shared = SharedTransactions(settings.group, fencing, producer, timeout)
    return [
        PartitionWriter(
            TopicPartition(settings.topic(TWEETS), partition),
            TransactionRecovery(settings.group, topics),
            shared,
            fencing,
            producer,
            first_offset,
            timeout,
        )
        for partition in partitions
    ]


def outputs(
    settings: StreamSettings, *values: bytes, metadata: str = "", partition: int = 0
) -> Outputs:
    """Records for `tweets.scored`."""
    made = Outputs(metadata)
    now = int(time.time() * 1000)  # of another year, Kafka's retention might take them any moment
    records = [Record(now, None, value, []) for value in values]
    made.add(settings.topic(SCORED), partition, records)
    return made


async def visible(settings: StreamSettings) -> list[bytes]:
    """What a reader of committed records sees in `tweets.scored`."""
    records = await asyncio.to_thread(read_all, settings, SCORED)
    return [record.value for record in records]
