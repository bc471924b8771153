"""Writers of partitions on the real broker, and what they publish."""

import asyncio
import time

from aiokafka import AIOKafkaProducer, TopicPartition

from sentiment.topics import SCORED, TWEETS
from stream.batch import Outputs, Record
from stream.rounds import Fences, Rounds
from stream.settings import StreamSettings
from stream.settling import Settlement
from stream.transactions import PartitionWriter
from tests.live.kafka_io import read_all


def writers(
    settings: StreamSettings, *partitions: int, timeout: float = 6.0
) -> list[PartitionWriter]:
    """One worker's, which share its rounds."""

    async def first_offset(_: TopicPartition) -> int:
        return 0

    def producer(transactional_id: str) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **settings.kafka_client,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(timeout * 1000),
        )

    topics = [settings.topic(SCORED)]
    fences = Fences(settings.group, lambda: topics, producer)
    rounds = Rounds(settings.group, fences, producer, timeout)
    return [
        PartitionWriter(
            TopicPartition(settings.topic(TWEETS), partition),
            Settlement(settings.group, topics),
            rounds,
            fences,
            producer,
            first_offset,
            timeout,
        )
        for partition in partitions
    ]


def outputs(
    settings: StreamSettings, *values: bytes, note: str = "", partition: int = 0
) -> Outputs:
    """Records for `tweets.scored`."""
    made = Outputs(note)
    now = int(time.time() * 1000)  # of another year, Kafka's retention might take them any moment
    records = [Record(now, None, value, []) for value in values]
    made.add(settings.topic(SCORED), partition, records)
    return made


async def visible(settings: StreamSettings) -> list[bytes]:
    """What a reader of committed records sees in `tweets.scored`."""
    records = await asyncio.to_thread(read_all, settings, SCORED)
    return [record.value for record in records]
