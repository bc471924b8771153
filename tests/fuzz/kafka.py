"""Sends hostile batches to every topic of an installation, tweets beside them, and counts."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from sentiment.kafka_records import TolerantConsumer
from sentiment.topics import ALL, DEAD_LETTERS, SCORED, TWEETS
from stream.dlq.read_letter import read_letter
from stream.kafka.lag import partitions_of
from stream.settings import StreamSettings
from tests.fuzz.examples import drawn
from tests.fuzz.records import batches, bomb
from tests.kafka_wire import send

Place = tuple[int, int]
"""Partition and offset on `tweets`."""
Plan = Sequence[tuple[str, bytes]]
"""Topic and batch, in the order in which they are sent."""


@dataclass
class Sent:
    """What a run sent: acknowledged batches by topic, and the ids of good tweets."""

    batches: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    good: set[str] = field(default_factory=set)


def plan(count: int, seed: int) -> Plan:
    """`count` hostile batches for each topic, and a zip bomb last; the same for the same seed."""
    made = [(topic, raw) for topic in ALL for raw, _ in drawn(batches(topic), count, seed)]
    random.Random(seed).shuffle(made)
    return [*made, (TWEETS, bomb())]


async def attack(installation: StreamSettings, what: Plan, seed: int, seconds: float = 0) -> Sent:
    """Send a plan with a good tweet after each batch, evenly over some seconds."""
    sent, dice = Sent(), random.Random(seed)
    started = time.monotonic()
    producer = AIOKafkaProducer(**installation.kafka_client)
    await producer.start()
    try:
        for number, (topic, raw) in enumerate(what):
            await asyncio.sleep(started + seconds * number / len(what) - time.monotonic())
            partition = dice.randrange(installation.partitions)
            try:
                await send(producer, installation.topic(topic), partition, raw)
                sent.batches[topic] += 1
            except KafkaError as error:  # the broker refused it, so its sender knows
                sent.refused[type(error).__name__] += 1
            good = f"good-{seed}-{number}"
            tweet = orjson.dumps({"id": good, "text": f"flight {number} is late"})
            await producer.send_and_wait(installation.topic(TWEETS), tweet, partition=partition)
            sent.good.add(good)
    finally:
        await producer.stop()
    return sent


class Census:
    """Where records stand on `tweets`, and where results and dead letters say they stood.

    Attributes:
        came: each place on `tweets`.
        done: how often a result or a dead letter names it.
        scored: the ids that were scored.
    """

    def __init__(self, installation: StreamSettings) -> None:
        self._installation = installation
        self._tweets = installation.topic(TWEETS)
        self._read_to: dict[TopicPartition, int] = {}
        self.came: Counter[Place] = Counter()
        self.done: Counter[Place] = Counter()
        self.scored: set[str] = set()

    def count(self) -> None:
        """Read what came since the last call."""
        asyncio.run(self._count())

    def faults(self) -> list[str]:
        """The places that are missing, come twice, or never were."""
        return [
            f"{place}: {self.came[place]} times on tweets, {self.done[place]} times after it"
            for place in sorted(self.came.keys() | self.done.keys())
            if self.came[place] != self.done[place]
        ][:20]

    async def _count(self) -> None:
        self.came.update([(r.partition, r.offset) for r in await self._new(TWEETS)])
        for record in await self._new(SCORED):
            try:
                result = orjson.loads(record.value)
                if result["source_topic"] != self._tweets:
                    continue
                self.done[result["source_partition"], result["source_offset"]] += 1
                self.scored.add(result["id"])
            except Exception:  # noqa: BLE001 - a hostile record, none of ours
                continue
        for record in await self._new(DEAD_LETTERS):
            source = read_letter(record).source
            if source is not None and source.topic == self._tweets:
                self.done[source.partition, source.offset] += 1

    async def _new(self, topic: str) -> list[ConsumerRecord]:
        """All committed records since the last call, also those that cannot be decoded."""
        consumer = TolerantConsumer(
            **self._installation.kafka_client, isolation_level="read_committed"
        )
        await consumer.start()
        try:
            places = await partitions_of(consumer, self._installation.topic(topic))
            consumer.assign(places)
            for place in places:
                consumer.seek(place, self._read_to.get(place, 0))
            ends = await consumer.end_offsets(places)
            records: list[ConsumerRecord] = []
            until = time.monotonic() + 120
            while any([await consumer.position(place) < ends[place] for place in places]):
                assert time.monotonic() < until, f"{topic} can be read to its end"
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    records += some
            for place in places:
                self._read_to[place] = await consumer.position(place)
            return records
        finally:
            await consumer.stop()


async def send_raw(installation: StreamSettings, topic: str, raw: bytes) -> None:
    """Write one batch to partition 0 of a topic."""
    producer = AIOKafkaProducer(**installation.kafka_client)
    await producer.start()
    try:
        await send(producer, installation.topic(topic), 0, raw)
    finally:
        await producer.stop()
