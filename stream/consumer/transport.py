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

from stream.batches.batch import Batch
from stream.consumer.assignment import Assignment
from stream.consumer.consumer_thread import BatchConsumerThread
from stream.consumer.fetch_buffer import Capacity, FetchedRecords, with_more_of_topic
from stream.transactions.partition_writer import PartitionWriter

_DELETED = (
    "%s: records %d to %d were deleted by Kafka's retention before they were scored; add workers "
    "or raise BADBUZZ_RETENTION_HOURS."
)
_POLL_SECONDS = 0.1
"""Poll again after this time while a partition is at capacity: nothing else may tell that it has
capacity again."""


class BatchConsumer(Consumer):
    """Hands out batches, each with the writer that may publish it."""

    _rebalancing = False

    @property
    def owned(self) -> Assignment:
        """The partitions of this worker."""
        assignment: Assignment = self.app.assignment
        return assignment

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        """Fence the former owners before Faust asks where to go on."""
        await self.owned.assign(
            [TopicPartition(tp.topic, tp.partition) for tp in assigned], self._thread.first_offset
        )
        self._rebalancing = False
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Stop the flow, let transactions under way end, and own nothing."""
        self._rebalancing = True
        await super().on_partitions_revoked(revoked)
        await self.owned.revoke()

    async def on_stop(self) -> None:
        """Let batches under way commit, then leave."""
        self.stop_flow()
        await self.app.pipeline.drain()
        await self.owned.revoke()
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
        assignment, pressure = self.owned, self.owned.backpressure
        pressure.on_capacity, pressure.on_sent = self._thread.wake, self._thread.resume_fetches
        if assignment.must_rejoin():
            await self._thread.rejoin()

        def capacity() -> Capacity:
            return pressure.capacity(active)

        all_have = len(capacity().partitions) == len(active)
        wait = timeout if all_have else min(timeout, _POLL_SECONDS)
        for fetched, more_of_topic in with_more_of_topic(await self._thread.fetch(capacity, wait)):
            writer = assignment.writers.get(fetched.source)
            if not self.flow_active or writer is None or not assignment.is_readable(writer):
                continue
            if not await self._follows(writer, fetched):
                continue
            pressure.fetched(writer, fetched.end, len(fetched.records))
            yield self._event(fetched, writer, more_of_topic)

    async def _follows(self, writer: PartitionWriter, fetched: FetchedRecords) -> bool:
        """Whether records are the next ones of their partition.

        They also are if Kafka's retention deleted what lay between. Otherwise they were fetched
        before a rebalance, and the consumer goes back to where the writer stands.
        """
        flow = self.owned.backpressure.flows[writer]
        expected = flow.fetched_to
        if fetched.start == expected:
            return True
        try:
            first = await self._thread.first_offset(fetched.source)
        except (KafkaError, AssertionError) as error:
            self.log.warning("%s: its first offset is unknown yet: %r", writer.name, error)
            first = 0
        if expected < first <= fetched.start and not flow.in_flight:
            self.log.error(_DELETED, writer.name, expected, first - 1)
            return await writer.skip_deleted(fetched.start)
        self.log.info("%s: back from %d to %d.", writer.name, fetched.start, expected)
        if self.owned.writers.get(fetched.source) is writer:
            # Where the position moved meanwhile, the next call asks again.
            with suppress(KafkaError, AssertionError):
                await self._thread.go_back(fetched.source, expected)
        return False

    def _event(
        self, fetched: FetchedRecords, writer: PartitionWriter, more_of_topic: bool
    ) -> tuple[Any, ConsumerMessage]:
        topic, partition = fetched.source
        tp = self._new_topicpartition(topic, partition)
        _, start, end, records = fetched
        batch = Batch(topic, partition, start, end, records, writer, more_of_topic)
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
