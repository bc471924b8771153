"""An installation of its own on the shared broker: topics with a fresh prefix, real records."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from sentiment.errors import BadMessageError
from sentiment.topics import DEAD_LETTERS, TWEETS
from stream.dlq.dead_letter import Stage, dead_letter
from stream.settings import StreamSettings
from stream.transactions.outputs import Record
from stream.transactions.transact import builders_of

UNREADABLE = BadMessageError("json", "value: Invalid JSON: expected value at line 1 column 1")
ROOMY = 4_000_000


@dataclass
class Tried:
    """A record that a producer sends and that the stream cannot score."""

    value: bytes | None = b"{broken"
    key: bytes | None = b"key"
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int = 0
    error: Exception = UNREADABLE
    stage: Stage = "read"
    max_bytes: int = ROOMY
    timestamp: int = field(default_factory=lambda: int(time.time() * 1000) - 3_600_000)


class Installation:
    """Produces to and reads from the topics of `settings`. For tests without a running loop."""

    def __init__(self, settings: StreamSettings) -> None:
        self.settings = settings

    def produce(self, topic: str, *records: tuple[int, Record]) -> None:
        """Publish records, each to its partition, as an ordinary producer does."""
        asyncio.run(self._produce(topic, records))

    def read(self, topic: str, isolation: str = "read_committed") -> list[ConsumerRecord]:
        """All records of a topic, by partition and offset."""
        return asyncio.run(self._read(topic, isolation))

    def die(self, *tried: Tried) -> None:
        """Send records to `tweets`, and to the dead letters what the stream makes of them."""
        places = [one.partition for one in tried]
        came = [Record(one.timestamp, one.key, one.value, list(one.headers)) for one in tried]
        before = Counter(record.partition for record in self.read(TWEETS))
        self.produce(TWEETS, *zip(places, came, strict=True))
        arrived: dict[int, list[ConsumerRecord]] = {
            place: [r for r in self.read(TWEETS) if r.partition == place][before[place] :]
            for place in places
        }
        letters = [
            dead_letter(arrived[one.partition].pop(0), one.stage, one.error, one.max_bytes)
            for one in tried
        ]
        self.produce(DEAD_LETTERS, *zip(places, letters, strict=True))

    async def _produce(self, topic: str, records: Sequence[tuple[int, Record]]) -> None:
        async with AIOKafkaProducer(
            **self.settings.kafka_client, max_request_size=ROOMY, max_batch_size=100_000
        ) as producer:
            name = self.settings.topic(topic)
            sent = [
                await producer.send_batch(builder, name, partition=partition)
                for partition, record in records
                for builder in builders_of(producer, [record])
            ]
            await asyncio.gather(*sent)

    async def _read(self, topic: str, isolation: str) -> list[ConsumerRecord]:
        name = self.settings.topic(topic)
        places = [TopicPartition(name, number) for number in range(self.settings.partitions)]
        found: list[ConsumerRecord] = []
        async with AIOKafkaConsumer(
            **self.settings.kafka_client, isolation_level=isolation, auto_offset_reset="earliest"
        ) as consumer:
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            for place in places:
                consumer.seek(place, 0)
            for place in places:
                while await consumer.position(place) < ends[place]:
                    arrived = await consumer.getmany(place, timeout_ms=50)
                    found += arrived.get(place, [])
        return found
