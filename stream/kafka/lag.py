"""How far the consumer group is behind, asked of Kafka from outside."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from sentiment.settings import Settings
from stream.kafka.aiokafka_internals import wait_for_metadata


async def group_lag(settings: Settings, group: str, topic: str) -> dict[int, int]:
    """Records of each partition, up to the last stable offset, that the group has not committed.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer.
    """
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    consumer = AIOKafkaConsumer(**settings.kafka_client, isolation_level="read_committed")
    try:
        await admin.start()
        await consumer.start()
        committed = await admin.list_consumer_group_offsets(group)
        partitions = await partitions_of(consumer, topic)
        ends = await consumer.end_offsets(partitions)
        firsts = await consumer.beginning_offsets(partitions)
    finally:
        await consumer.stop()
        await admin.close()
    lags = {}
    for source in partitions:
        done = committed[source].offset if source in committed else -1
        lags[source.partition] = ends[source] - max(done, firsts[source])
    return lags


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """The partitions of a topic; waits for the brokers to know it."""
    await wait_for_metadata(consumer, topic)
    return [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
