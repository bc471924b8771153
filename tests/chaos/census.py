"""Counts what came out: by source topic, partition and offset, as a read_committed reader."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords

from sentiment.kafka_records import TolerantConsumer
from sentiment.settings import Settings
from sentiment.topics import DEAD_LETTERS, MENTIONS, SCORED, TWEETS
from stream.dlq import dead_letter

Position = tuple[int, int]


@dataclass
class Census:
    """All that a run left on the topics.

    Attributes:
        sent: position of each input record.
        out: how often each of them came out, scored or as a dead letter.
        scored: scored tweets by partition, in order.
        mentions: how often each (brand, position) was mentioned.
        aborted: transactions that were aborted after they had written something.
    """

    sent: set[Position] = field(default_factory=set)
    out: Counter[Position] = field(default_factory=Counter)
    scored: dict[int, list[dict[str, object]]] = field(default_factory=dict)
    mentions: Counter[tuple[str, Position]] = field(default_factory=Counter)
    dead: int = 0
    aborted: int = 0

    @property
    def missing(self) -> int:
        """Input records that never came out."""
        return len(self.sent - self.out.keys())

    @property
    def twice(self) -> int:
        """Input records that came out more than once."""
        return sum(1 for times in self.out.values() if times > 1)


async def take_census(settings: Settings) -> Census:
    """Read all topics from their beginning to their end."""
    census = Census()
    async for record in _read(settings, settings.topic(TWEETS), census):
        census.sent.add((record.partition, record.offset))
    async for record in _read(settings, settings.topic(SCORED), census):
        tweet = orjson.loads(record.value)
        census.out[tweet["source_partition"], tweet["source_offset"]] += 1
        census.scored.setdefault(record.partition, []).append(tweet)
    async for record in _read(settings, settings.topic(DEAD_LETTERS), census):
        headers = dict(record.headers)
        place = (int(headers[dead_letter.PARTITION]), int(headers[dead_letter.OFFSET]))
        census.out[place] += 1
        census.dead += 1
    async for record in _read(settings, settings.topic(MENTIONS), census):
        mention = orjson.loads(record.value)
        place = (mention["source_partition"], mention["source_offset"])
        census.mentions[mention["brand"], place] += 1
    return census


async def _read(settings: Settings, topic: str, census: Census) -> AsyncIterator[ConsumerRecord]:
    consumer = TolerantConsumer(
        **settings.kafka_client,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        await consumer._client._wait_on_metadata(topic)
        sources = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic)]
        consumer.assign(sources)
        ends = await consumer.end_offsets(sources)
        with _counting_aborts(census):
            while True:
                batches = await consumer.getmany(timeout_ms=500, max_records=20_000)
                for records in batches.values():
                    for record in records:
                        yield record
                positions = [await consumer.position(source) for source in sources]
                if all(at >= ends[s] for at, s in zip(positions, sources, strict=True)):
                    return
                await asyncio.sleep(0)
    finally:
        await consumer.stop()


@contextmanager
def _counting_aborts(census: Census) -> Iterator[None]:
    """aiokafka reads abort markers and reports none: this looks over its shoulder."""
    original = PartitionRecords._contains_abort_marker

    def counting(self: PartitionRecords, batch: object) -> bool:
        aborted: bool = original(self, batch)
        census.aborted += aborted
        return aborted

    PartitionRecords._contains_abort_marker = counting
    try:
        yield
    finally:
        PartitionRecords._contains_abort_marker = original
