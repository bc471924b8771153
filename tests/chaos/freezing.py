"""Freezes a worker amid a transaction: they last milliseconds, so by chance few faults meet one."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from sentiment.topics import SCORED
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet, Worker

_TRIES_SECONDS = 5.0
_SETTLED_SECONDS = 0.05  # what was on its way has arrived
_BETWEEN_SECONDS = 0.013


async def freeze_amid_a_transaction(fleet: Fleet, worker: Worker, settings: StreamSettings) -> None:
    """Freeze a worker again and again until it leaves a transaction open, for 5 s at most."""
    until = time.monotonic() + _TRIES_SECONDS
    async with _Offsets(settings) as offsets:
        while time.monotonic() < until:
            fleet.freeze(worker)
            await asyncio.sleep(_SETTLED_SECONDS)
            before = await offsets.held()
            await asyncio.sleep(_SETTLED_SECONDS)
            if before & await offsets.held():
                return
            fleet.wake(worker)
            await asyncio.sleep(_BETWEEN_SECONDS)


class _Offsets:
    """Looks at `tweets.scored` as a reader of committed records and as one of all."""

    def __init__(self, settings: StreamSettings) -> None:
        topic = settings.topic(SCORED)
        self._sources = [TopicPartition(topic, n) for n in range(settings.partitions)]
        self._committed, self._all = (
            AIOKafkaConsumer(**settings.kafka_client, isolation_level=level)
            for level in ("read_committed", "read_uncommitted")
        )

    async def __aenter__(self) -> "_Offsets":
        await self._committed.start()
        await self._all.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._committed.stop()
        await self._all.stop()

    async def held(self) -> set[tuple[TopicPartition, int]]:
        """Partitions with an open transaction, each with the offset where it starts."""
        stable = await self._committed.end_offsets(self._sources)
        ends = await self._all.end_offsets(self._sources)
        return {(source, at) for source, at in stable.items() if at < ends[source]}
