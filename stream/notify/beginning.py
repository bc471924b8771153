"""A new consumer group begins at the end of the topic: past alerts are no news."""

from sentiment.kafka_records import TolerantConsumer
from sentiment.settings import Settings
from stream.kafka.lag import partitions_of


async def begin_at_end(settings: Settings, group: str, topic: str) -> None:
    """Commit the present end of each partition of which the group has no offset yet.

    Not left to `auto_offset_reset`: with `latest`, what comes before the first commit would be
    lost by a restart, and what is still there after an outage longer than the retention, too.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer, or the group has members already.
    """
    consumer = TolerantConsumer(
        **settings.kafka_client,
        group_id=group,
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    try:
        await consumer.start()
        places = await partitions_of(consumer, topic)
        consumer.assign(places)
        new = [place for place in places if await consumer.committed(place) is None]
        if new:
            await consumer.commit(await consumer.end_offsets(new))
    finally:
        await consumer.stop()
