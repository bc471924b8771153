"""Fills topics, follows the progress of a topic, and counts its records."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from numpy.typing import NDArray

Headers = list[tuple[str, bytes]]

_BATCH_BYTES = 262_144


@dataclass(frozen=True)
class Counted:
    """What a topic holds, by key.

    Attributes:
        found: keys that occur in it.
        twice: records beyond the first of their key.
        offsets: of all records, by partition, ascending.
    """

    found: int
    twice: int
    offsets: dict[int, NDArray[np.int64]]

    def between(self, start: dict[int, int], end: dict[int, int]) -> int:
        """Records at or after the offsets `start` and before `end`, markers not counted."""
        total = 0
        for partition, offsets in self.offsets.items():
            first, last = np.searchsorted(offsets, [start[partition], end[partition]])
            total += int(last - first)
        return total


async def fill(
    brokers: str,
    topic: str,
    partitions: int,
    values: Sequence[bytes],
    count: int,
    *,
    first: int = 0,
    headers: Headers | None = None,
) -> None:
    """Put `count` records on a topic, round the partitions; their keys count up from `first`."""
    producer = AIOKafkaProducer(
        bootstrap_servers=brokers, acks=1, max_batch_size=_BATCH_BYTES, compression_type="lz4"
    )
    await producer.start()
    try:
        for partition in range(partitions):
            builder = producer.create_batch()
            for number in range(first + partition, first + count, partitions):
                record = {
                    "timestamp": None,
                    "key": b"%d" % number,
                    "value": values[number % len(values)],
                    "headers": headers or [],
                }
                if builder.append(**record) is None:
                    await producer.send_batch(builder, topic, partition=partition)
                    builder = producer.create_batch()
                    builder.append(**record)
            await producer.send_batch(builder, topic, partition=partition)
        await producer.flush()
    finally:
        await producer.stop()


class Watch:
    """Tells how far a topic has come for a reader of committed records."""

    def __init__(self, brokers: str, topic: str, partitions: int) -> None:
        self._sources = [TopicPartition(topic, number) for number in range(partitions)]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=brokers, isolation_level="read_committed", enable_auto_commit=False
        )

    async def __aenter__(self) -> "Watch":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def ends(self) -> dict[int, int]:
        """The last stable offset of each partition."""
        ends = await self._consumer.end_offsets(self._sources)
        return {source.partition: end for source, end in ends.items()}


async def count(
    brokers: str, topic: str, ends: dict[int, int], keys: int, first: int = 0
) -> Counted:
    """Read a topic up to the last stable offsets `ends`, as a reader of committed records.

    Looks for `keys` keys from `first` on; others (probes) are passed over, in `offsets` too.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4_194_304,
    )
    seen = np.zeros(keys, np.int32)
    parts: dict[int, list[NDArray[np.int64]]] = {partition: [] for partition in ends}
    sources = [TopicPartition(topic, partition) for partition, end in ends.items() if end]
    await consumer.start()
    try:
        consumer.assign(sources)
        await consumer.seek_to_beginning(*sources)
        while sources:
            for source, records in (await consumer.getmany(timeout_ms=200)).items():
                places = np.array([int(r.key) for r in records]) - first
                offsets = np.array([r.offset for r in records], np.int64)
                parts[source.partition].append(offsets[places >= 0])
                np.add.at(seen, places[places >= 0], 1)
            sources = [s for s in sources if await consumer.position(s) < ends[s.partition]]
    finally:
        await consumer.stop()
    found = {p: np.concatenate([np.empty(0, np.int64), *some]) for p, some in parts.items()}
    return Counted(int((seen > 0).sum()), int(np.maximum(seen - 1, 0).sum()), found)


async def wait_for_members(brokers: str, group: str, members: int) -> None:
    """Return once `members` members of a consumer group share its partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        while not await _stable(admin, group, members):  # noqa: ASYNC110 - Kafka sends no event
            await asyncio.sleep(0.2)
    finally:
        await admin.close()


async def _stable(admin: AIOKafkaAdminClient, group: str, members: int) -> bool:
    try:
        [answer] = await admin.describe_consumer_groups([group])
    except KafkaError:  # its coordinator is made with the first group
        return False
    _, _, state, *_, found = answer.groups[0][:6]
    return state == "Stable" and len(found) == members


async def delete(brokers: str, topics: Sequence[str]) -> None:
    """Delete topics, so that runs do not add up on the disk."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        await admin.delete_topics(list(topics))
    finally:
        await admin.close()
