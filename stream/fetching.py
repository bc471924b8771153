"""aiokafka's consumer in a thread of its own: what has arrived, partition by partition."""

import asyncio
import time
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from stream.backoff import Backoff
from stream.settings import StreamSettings

# aiokafka has one fetch under way for each broker. While it waits for partitions where nothing
# comes, those that were read since then wait too: while records come it must be short. And after
# each answer aiokafka holds back the next request for its `prefetch_backoff`, 0.1 s, as long as
# another partition is not read yet.
_FETCH_WAIT_MS = 50
_BUSY_FETCH_WAIT_MS = 10
_BUSY_SECONDS = 1.0
_PREFETCH_SECONDS = 0.005
_NEVER_MS = 2**31 - 1
# So soon does a worker see that a topic has more partitions, or was deleted and made anew.
_METADATA_MS = 15_000


class Fetched(NamedTuple):
    """What a partition held: its records, and the consumer's position before and after them."""

    source: TopicPartition
    start: int
    end: int
    records: list[ConsumerRecord]


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own, so that heartbeats go on under load."""

    _nudged: asyncio.Future[None] | None = None
    _arrived_at = -_BUSY_SECONDS

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
            metadata_max_age_ms=_METADATA_MS,
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
        self, sources: list[TopicPartition], timeout: float, most: int, places: int
    ) -> list[Fetched]:
        """What has arrived for these partitions, in their order: at most `most` records of each,
        and of at most `places` partitions.

        Waits `timeout` seconds for the first record and for nothing after it.
        """
        result: list[Fetched] = await self.call_thread(self._fetch, sources, timeout, most, places)
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
        self, sources: list[TopicPartition], timeout: float, most: int, places: int
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
                fetched = list(islice(_drain(fetcher, sources, most), places))
                self._wait_less_while_busy(fetcher, fetched)
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

    def _wait_less_while_busy(self, fetcher: Any, fetched: list[Fetched]) -> None:
        now = time.monotonic()
        if any(some.records for some in fetched):
            self._arrived_at = now
        busy = now - self._arrived_at < _BUSY_SECONDS
        fetcher._fetch_max_wait_ms = _BUSY_FETCH_WAIT_MS if busy else _FETCH_WAIT_MS


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
