"""Faust's transport, with batches for events: `badbuzz://` beside `kafka://`.

One event carries all that has arrived for one partition, up to a limit. Faust keeps the group,
the rebalance, the web view and the agents; offsets are committed by transactions alone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.transport.drivers.aiokafka import (
    AIOKafkaConsumerThread,
    Consumer,
    Producer,
    Transport,
)
from faust.types import ConsumerMessage

from stream.backoff import Backoff
from stream.batch import Batch
from stream.ownership import Ownership
from stream.settings import StreamSettings
from stream.transactions import PartitionWriter

# aiokafka has one fetch under way for each broker. While it waits for partitions where nothing
# comes, those that were read since then wait too; and after each answer it holds back the next
# request for its `prefetch_backoff`, 0.1 s, as long as another partition is not read yet.
_FETCH_WAIT_MS = 50
_PREFETCH_SECONDS = 0.005
_NEVER_MS = 2**31 - 1
_BUSY_SECONDS = 0.02
"""How long a fetch waits while other partitions have no room: theirs may come at any moment."""


class Fetched(NamedTuple):
    """What a partition held: its records, and the consumer's position before and after them."""

    source: TopicPartition
    start: int
    end: int
    records: list[ConsumerRecord]


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own, so that heartbeats go on under load."""

    async def on_start(self) -> None:
        """Connect; while no broker answers, try again for as long as it takes."""
        backoff = Backoff()
        self.time_started = time.monotonic()
        while not self.should_stop:
            consumer = self._consumer = self._create_consumer(loop=self.thread_loop)
            try:
                await consumer.start()
                consumer._fetcher._prefetch_backoff = _PREFETCH_SECONDS
                return
            except (KafkaError, OSError) as error:
                self.log.warning("The consumer cannot connect yet: %r", error)
                await consumer.stop()
                await backoff.wait()

    _nudged: asyncio.Future[None] | None = None

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        settings: StreamSettings = self.app.stream_settings
        self._assignor = RoundRobinPartitionAssignor
        return AIOKafkaConsumer(
            **settings.kafka_client,
            client_id="badbuzz",
            group_id=settings.group,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=int(settings.session_seconds * 1000),
            heartbeat_interval_ms=int(settings.session_seconds * 1000 / 5),
            rebalance_timeout_ms=int(settings.session_seconds * 3000),
            max_partition_fetch_bytes=settings.fetch_bytes,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            # A worker without partitions, or whose partitions all wait, fetches nothing and must
            # not leave the group for it: progress is what /health is for.
            max_poll_interval_ms=_NEVER_MS,
        )

    def nudge(self) -> None:
        """A partition has room again: a fetch that waits for others ends. Thread-safe."""
        self.thread_loop.call_soon_threadsafe(self._nudge)

    def _nudge(self) -> None:
        if self._nudged is not None and not self._nudged.done():
            self._nudged.set_result(None)

    async def fetch(
        self, sources: list[TopicPartition], timeout: float, most: int
    ) -> list[Fetched]:
        """What has arrived for these partitions, at most `most` records each.

        Waits `timeout` seconds for the first record and for nothing after it.
        """
        result: list[Fetched] = await self.call_thread(self._fetch, sources, timeout, most)
        return result

    async def rejoin(self) -> None:
        """Ask the group to share out its partitions anew."""
        coordinator = self._ensure_consumer()._coordinator
        self.thread_loop.call_soon_threadsafe(coordinator.request_rejoin)

    async def first_offset(self, source: TopicPartition) -> int:
        """The first offset that the partition still holds."""
        offsets = await self.earliest_offsets(source)
        return int(offsets[source])

    def highwater(self, tp: TopicPartition) -> int:
        """The last stable offset: what lies beyond is not committed yet by its producers."""
        stable = self._ensure_consumer().last_stable_offset(tp)
        return int(stable) if stable is not None else 0

    async def _fetch(
        self, sources: list[TopicPartition], timeout: float, most: int
    ) -> list[Fetched]:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        consumer._coordinator.check_errors()  # a withdrawn right, say: nobody else would hear of it
        until = time.monotonic() + timeout
        with fetcher._subscriptions.fetch_context():
            while self.consumer.flow_active:
                if consumer._closed or fetcher._closed:
                    raise ConsumerStoppedError
                if fetcher._subscriptions.reassignment_in_progress:
                    return []
                fetched = list(_drain(fetcher, sources, most))
                left = until - time.monotonic()
                if fetched or left <= 0 or (self._nudged is not None and self._nudged.done()):
                    self._nudged = None
                    return fetched
                self._nudged = self._nudged or asyncio.get_running_loop().create_future()
                arrival = fetcher._create_fetch_waiter()
                await asyncio.wait(
                    [arrival, self._nudged], timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if not arrival.cancel():
                    arrival.result()
        return []


def _drain(fetcher: Any, sources: Iterable[TopicPartition], most: int) -> Iterable[Fetched]:
    """Takes buffered records, and the bare moves of the position that markers cause.

    As aiokafka's `Fetcher.fetched_records`, which reports no such moves: without them the
    committed offset never reaches the end of a transactional topic.
    """
    assignment = fetcher._subscriptions.subscription.assignment
    for source in sources:
        result = fetcher._records.get(source)
        if result is None:
            continue
        if not hasattr(result, "getall"):  # an error instead of records
            del fetcher._records[source]
            fetcher._notify(fetcher._wait_consume_future)
            result.check_raise()
            continue
        state = assignment.state_value(source)
        start = state.position if state is not None and state.has_valid_position else None
        records = result.getall(most)
        if not result.has_more():
            del fetcher._records[source]
            fetcher._notify(fetcher._wait_consume_future)
        if start is not None and state.position != start:
            yield Fetched(source, start, state.position, records)


class BatchConsumer(Consumer):
    """Hands out batches, each with the writer that may publish it."""

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
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Stop the flow, let transactions under way end, and own nothing."""
        await super().on_partitions_revoked(revoked)
        await self.ownership.release()

    async def on_stop(self) -> None:
        """Let batches under way commit, then leave."""
        self.stop_flow()
        await self.app.pipeline.drain()
        await self.ownership.release()
        await super().on_stop()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Nothing: transactions commit the offsets."""
        return False

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[Any, ConsumerMessage]]:
        """One message for each batch. Takes what has arrived and never waits for more."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = {TopicPartition(tp.topic, tp.partition) for tp in self._get_active_partitions()}
        ownership = self.ownership
        ownership.on_room = self._thread.nudge
        ownership.room.clear()
        sources = ownership.fetchable(active)
        if ownership.take_lost():
            await self._thread.rejoin()
        if not sources:
            await self.wait(ownership.room.wait(), timeout=timeout)
            return
        wait = timeout if len(sources) == len(active) else _BUSY_SECONDS
        most = self.app.stream_settings.batch_records
        for fetched in await self._thread.fetch(sources, wait, most):
            writer = ownership.writers.get(fetched.source)
            if not self.flow_active or writer is None or writer.state != "open":
                continue
            if fetched.start != writer.fetched_to and not await self._follows(writer, fetched):
                continue
            ownership.fetched(writer, fetched.end, len(fetched.records))
            yield self._event(fetched, writer)

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
            self.log.error(
                "%s: records %d to %d were deleted by Kafka's retention before they were scored; "
                "add workers or raise BADBUZZ_RETENTION_HOURS.",
                writer.name,
                expected,
                first - 1,
            )
            writer.committed = writer.fetched_to = fetched.start
            return True
        self.log.info("%s: back from %d to %d.", writer.name, fetched.start, expected)
        if self.ownership.writers.get(fetched.source) is writer:
            with suppress(KafkaError, AssertionError):  # it moved on meanwhile: asked again then
                await self._seek(fetched.source, expected)
        return False

    def _event(self, fetched: Fetched, writer: PartitionWriter) -> tuple[Any, ConsumerMessage]:
        topic, partition = fetched.source
        tp = self._new_topicpartition(topic, partition)
        batch = Batch(topic, partition, fetched.start, fetched.end, fetched.records, writer)
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
