"""Writes to and reads from topics, for tests."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sentiment.settings import Settings
from sentiment.topics import topic_specs
from stream.kafka.lag import group_lag
from stream.settings import StreamSettings


def send(settings: Settings, topic: str, values: Sequence[bytes | None], **record: object) -> None:
    """Writes records with these values, all with the same other fields."""

    async def run() -> None:
        producer = AIOKafkaProducer(
            **settings.kafka_client, linger_ms=5, max_request_size=2_000_000
        )
        await producer.start()
        try:
            fields = {"key": b"k"} | record
            waiting = [await producer.send(settings.topic(topic), v, **fields) for v in values]
            await asyncio.gather(*waiting)
        finally:
            await producer.stop()

    asyncio.run(run())


def read_all(
    settings: Settings, topic: str, isolation: str = "read_committed"
) -> list[ConsumerRecord]:
    """All records of a topic up to its present end."""

    async def run() -> list[ConsumerRecord]:
        consumer = AIOKafkaConsumer(**settings.kafka_client, isolation_level=isolation)
        await consumer.start()
        try:
            name = settings.topic(topic)
            await consumer._client._wait_on_metadata(name)
            sources = [TopicPartition(name, p) for p in consumer.partitions_for_topic(name)]
            consumer.assign(sources)
            await consumer.seek_to_beginning()
            ends = await consumer.end_offsets(sources)
            records: list[ConsumerRecord] = []
            while any([await consumer.position(s) < ends[s] for s in sources]):
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    records += some
            return records
        finally:
            await consumer.stop()

    return asyncio.run(run())


def lag(settings: StreamSettings, topic: str) -> int:
    """Records that the group has not committed yet."""
    return sum(asyncio.run(group_lag(settings, settings.group, settings.topic(topic))).values())


async def remake(settings: StreamSettings, topic: str, partitions: int) -> None:
    """The same topic with another number of partitions, as if somebody else had made it."""
    (spec,) = [spec for spec in topic_specs(settings) if spec.name == settings.topic(topic)]
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    await admin.start()
    try:
        await admin.delete_topics([spec.name])
        await _until_partitions(admin, spec.name, 0)
        await asyncio.sleep(1)
        await admin.create_topics([NewTopic(spec.name, partitions, 1, topic_configs=spec.config)])
        await _until_partitions(admin, spec.name, partitions)
        await asyncio.sleep(1)
    finally:
        await admin.close()


async def _until_partitions(admin: AIOKafkaAdminClient, topic: str, partitions: int) -> None:
    """Returns once the broker tells that the topic has so many; without any it is not there."""
    async with asyncio.timeout(60):
        while (  # noqa: ASYNC110 - Kafka tells nobody
            len((await admin.describe_topics([topic]))[0]["partitions"]) != partitions
        ):
            await asyncio.sleep(0.1)
