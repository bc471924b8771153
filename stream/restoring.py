"""Reads a compacted partition back: what a new owner has to know before it goes on."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from sentiment.settings import Settings


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
        while await consumer.position(source) < end:
            for some in (await consumer.getmany(timeout_ms=500)).values():
                records += [(record.key, record.value) for record in some]
        return records
    finally:
        await consumer.stop()
