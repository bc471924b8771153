"""aiokafka's consumer in a thread of its own: fetches records, partition by partition."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from sentiment.kafka_records import TolerantConsumer
from stream.consumer.fetch_buffer import Capacity, FetchBuffer, FetchedRecords
from stream.kafka.aiokafka_internals import ConsumerInternals
from stream.kafka.backoff import Backoff
from stream.settings import StreamSettings

# aiokafka has one fetch under way for each broker. While it waits for partitions where nothing
# comes, those that were read since then wait too: while records come, the wait must be short. Then
# it also waits for a few bytes, as each answer costs broker and worker a part of a millisecond.
# After each answer aiokafka delays the next request by its `prefetch_backoff`, 0.1 s, as long as
# another partition is not read yet.
_FETCH_WAIT_MS = 50
_BUSY_FETCH_WAIT_MS = 10
_BUSY_FETCH_BYTES = 16_384
_BUSY_SECONDS = 1.0
_PREFETCH_SECONDS = 0.005
_REBALANCING_SECONDS = 0.02  # a fetch during a rebalance brings nothing, and is repeated at once
_NEVER_MS = 2**31 - 1
# A worker sees within this time that a topic has more partitions, or was deleted and made again.
_METADATA_MS = 15_000


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own, so that heartbeats go on under load."""

    _received_at = -_BUSY_SECONDS
    _internals: ConsumerInternals

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        settings: StreamSettings = self.app.stream_settings
        most = settings.batch_records
        self._buffer = FetchBuffer(most, settings.fetch_bytes, ahead=2 * most)
        self._awake = asyncio.Event()

    async def on_start(self) -> None:
        """Connect; while no broker answers, try again for as long as it takes."""
        backoff = Backoff()
        self.time_started = time.monotonic()
        while not self.should_stop:
            consumer = self._consumer = self._create_consumer(loop=self.thread_loop)
            try:
                await consumer.start()
                self._use(consumer)
                return
            except (KafkaError, OSError) as error:
                self.log.warning("The consumer cannot connect yet: %r", error)
                await consumer.stop()
                await backoff.wait()

    def _use(self, consumer: AIOKafkaConsumer) -> None:
        self._internals = ConsumerInternals(consumer)
        self._internals.set_prefetch_backoff(_PREFETCH_SECONDS)
        self._internals.pause_fetches_while(self.app.assignment.backpressure.should_pause_fetches)

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        settings: StreamSettings = self.app.stream_settings
        self._assignor = RoundRobinPartitionAssignor
        return TolerantConsumer(
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
            metadata_max_age_ms=_METADATA_MS,
            # A worker without partitions, or whose partitions all wait, fetches nothing and must
            # not leave the group for it: progress is what /health is for.
            max_poll_interval_ms=_NEVER_MS,
        )

    def wake(self) -> None:
        """A partition has capacity again: a fetch that waits looks again. Thread-safe."""
        self.thread_loop.call_soon_threadsafe(self._awake.set)

    def resume_fetches(self) -> None:
        """Send the fetch requests that were paused. Thread-safe."""
        self.thread_loop.call_soon_threadsafe(self._internals.resume_fetches)

    async def fetch(self, capacity: Callable[[], Capacity], timeout: float) -> list[FetchedRecords]:
        """The records that have arrived for partitions with capacity.

        Waits at most `timeout` seconds for the first record, and for nothing after it.

        Args:
            capacity: called in the consumer's thread, first at once, then whenever something
                arrives and after each `wake`.
        """
        result: list[FetchedRecords] = await self.call_thread(self._fetch, capacity, timeout)
        return result

    async def go_back(self, source: TopicPartition, offset: int) -> None:
        """Fetch a partition again from another offset."""
        await self.call_thread(self._go_back, source, offset)

    async def _go_back(self, source: TopicPartition, offset: int) -> None:
        self._ensure_consumer().seek(source, offset)
        self._buffer.forget(source)

    async def rejoin(self) -> None:
        """Ask the consumer group for a rebalance."""
        self.thread_loop.call_soon_threadsafe(self._internals.request_rejoin)

    async def first_offset(self, source: TopicPartition) -> int:
        """The first offset that the partition still holds."""
        offsets = await self.earliest_offsets(source)
        return int(offsets[source])

    def highwater(self, tp: TopicPartition) -> int:
        """The last stable offset: what lies beyond is not committed yet by its producers.

        It is -1 until Kafka answers.
        """
        stable = self._ensure_consumer().last_stable_offset(tp)
        return int(stable) if stable is not None else -1

    async def _fetch(
        self, capacity: Callable[[], Capacity], timeout: float
    ) -> list[FetchedRecords]:
        internals = self._internals
        until = time.monotonic() + timeout
        with internals.fetching():
            while self.consumer.flow_active:
                internals.check()
                if internals.rebalancing:
                    await asyncio.sleep(_REBALANCING_SECONDS)
                    return []
                self._awake.clear()
                ready = capacity()
                received = self._buffer.collect(internals, ready.partitions)
                if received:
                    self.app.assignment.backpressure.records_received()
                self._wait_less_while_busy(received)
                fetched = self._buffer.take(ready)
                left = until - time.monotonic()
                if fetched or left <= 0:
                    return fetched
                internals.resume_fetches()  # the reason to pause them may be over
                await self._next(left)
        return []

    async def _next(self, seconds: float) -> None:
        """Wait for an answer of Kafka's, or for capacity."""
        answer = self._internals.next_answer()
        awake = asyncio.create_task(self._awake.wait())
        waiting: list[asyncio.Future[Any]] = [answer, awake]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            awake.cancel()
            if not answer.cancel():
                answer.result()

    def _wait_less_while_busy(self, received: bool) -> None:
        now = time.monotonic()
        if received:
            self._received_at = now
        if now - self._received_at < _BUSY_SECONDS:
            self._internals.set_fetch_wait(_BUSY_FETCH_WAIT_MS, _BUSY_FETCH_BYTES)
        else:
            self._internals.set_fetch_wait(_FETCH_WAIT_MS, 1)
