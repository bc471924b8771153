"""Faust's transport, with batches for events: `badbuzz://` beside `kafka://`.

One event carries all that has arrived for one partition, up to a limit. Faust keeps the group,
the rebalance, the web view and the agents; offsets are committed by transactions alone.
"""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import (
    Consumer,
    Producer,
    Transport,
)
from faust.types import ConsumerMessage

from stream.arrivals import Fetched, Room, with_followed
from stream.batch import Batch
from stream.fetching import BatchConsumerThread
from stream.ownership import Ownership
from stream.transactions import PartitionWriter

_DELETED = (
    "%s: records %d to %d were deleted by Kafka's retention before they were scored; add workers "
    "or raise BADBUZZ_RETENTION_HOURS."
)
_ROOM_SECONDS = 0.1
"""So soon it is looked again where a partition has no room yet and nothing tells that it has."""


class BatchConsumer(Consumer):
    """Hands out batches, each with the writer that may publish it."""

    _rebalancing = False

    @property
    def ownership(self) -> Ownership:
        """The partitions of this worker."""
        ownership: Ownership = self.app.ownership
        return ownership

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        """Fence the former owners before Faust asks where to go on."""
        await self.ownership.assign(
            [TopicPartition(tp.topic, tp.partition) for tp in assigned], self._thread.first_offset
        )
        self._rebalancing = False
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Stop the flow, let transactions under way end, and own nothing."""
        self._rebalancing = True
        await super().on_partitions_revoked(revoked)
        await self.ownership.release()

    async def on_stop(self) -> None:
        """Let batches under way commit, then leave."""
        self.stop_flow()
        await self.app.pipeline.drain()
        await self.ownership.release()
        await super().on_stop()

    async def perform_seek(self) -> None:
        """Nothing: the consumer starts at the committed offset, and a batch at its writer's.

        Faust asks Kafka here, after each assignment and before it lets records flow. While Kafka is
        away that takes so long that the group is at the next assignment by then.
        """

    def resume_flow(self) -> None:
        """Let batches flow, unless this comes of the last assignment while another is under way.

        A batch that was handed out in between would be lost when Faust empties its queues.
        """
        if not self._rebalancing:
            super().resume_flow()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Nothing: transactions commit the offsets."""
        return False

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[Any, ConsumerMessage]]:
        """One message for each batch. Takes what has arrived and never waits for more."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = {TopicPartition(tp.topic, tp.partition) for tp in self._get_active_partitions()}
        ownership = self.ownership
        ownership.on_room, ownership.on_sent = self._thread.nudge, self._thread.go_on
        if ownership.take_lost():
            await self._thread.rejoin()

        def room() -> Room:
            return ownership.room(active)

        wait = timeout if len(room().sources) == len(active) else min(timeout, _ROOM_SECONDS)
        for fetched, followed in with_followed(await self._thread.fetch(room, wait)):
            writer = ownership.writers.get(fetched.source)
            if not self.flow_active or writer is None or writer.state != "open" or writer.held:
                continue
            if fetched.start != writer.fetched_to and not await self._follows(writer, fetched):
                continue
            ownership.fetched(writer, fetched.end, len(fetched.records))
            yield self._event(fetched, writer, followed)

    async def _follows(self, writer: PartitionWriter, fetched: Fetched) -> bool:
        """Whether records that do not follow on the last ones are next all the same.

        They are where Kafka's retention deleted what lay between. Otherwise they were fetched
        before a rebalance, and the consumer goes back to where the writer stands.
        """
        expected = writer.fetched_to
        try:
            first = await self._thread.first_offset(fetched.source)
        except (KafkaError, AssertionError) as error:
            self.log.warning("%s: its first offset is unknown yet: %r", writer.name, error)
            first = 0
        if expected < first <= fetched.start and not writer.in_flight:
            self.log.error(_DELETED, writer.name, expected, first - 1)
            writer.committed = writer.fetched_to = fetched.start
            return True
        self.log.info("%s: back from %d to %d.", writer.name, fetched.start, expected)
        if self.ownership.writers.get(fetched.source) is writer:
            with suppress(KafkaError, AssertionError):  # it moved on meanwhile: asked again then
                await self._thread.go_back(fetched.source, expected)
        return False

    def _event(
        self, fetched: Fetched, writer: PartitionWriter, followed: bool
    ) -> tuple[Any, ConsumerMessage]:
        topic, partition = fetched.source
        tp = self._new_topicpartition(topic, partition)
        _, start, end, records = fetched
        batch = Batch(topic, partition, start, end, records, writer, followed)
        message = ConsumerMessage(
            topic,
            partition,
            fetched.start,
            time.time(),
            0,
            None,
            None,
            batch,
            None,
            0,
            0,
            tp,
            generation_id=self.app.consumer_generation_id,
        )
        return tp, message


class SilentProducer(Producer):
    """Faust's own producer, which nothing here uses: transactions publish all there is."""

    async def on_start(self) -> None:
        """No connection."""

    async def on_stop(self) -> None:
        """No connection."""

    async def flush(self) -> None:
        """Nothing is buffered."""


class BatchTransport(Transport):
    """Registered with Faust under the scheme `badbuzz`."""

    Consumer = BatchConsumer
    Producer = SilentProducer
