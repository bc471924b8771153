"""aiokafka's consumer in a thread of its own: what has arrived, partition by partition."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from stream.arrivals import Arrivals, Fetched, Room
from stream.backoff import Backoff
from stream.settings import StreamSettings

# aiokafka has one fetch under way for each broker. While it waits for partitions where nothing
# comes, those that were read since then wait too: while records come it must be short. Then it
# waits for a few of them, too, as each answer costs broker and worker a part of a millisecond.
# And after each answer aiokafka holds back the next request for its `prefetch_backoff`, 0.1 s, as
# long as another partition is not read yet.
_FETCH_WAIT_MS = 50
_BUSY_FETCH_WAIT_MS = 10
_BUSY_FETCH_BYTES = 16_384
_BUSY_SECONDS = 1.0
_PREFETCH_SECONDS = 0.005
_REASSIGNED_SECONDS = 0.02  # a fetch amid a reassignment has nothing, and is asked again at once
_NEVER_MS = 2**31 - 1
# So soon does a worker see that a topic has more partitions, or was deleted and made anew.
_METADATA_MS = 15_000


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own, so that heartbeats go on under load."""

    _arrived_at = -_BUSY_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        settings: StreamSettings = self.app.stream_settings
        most = settings.batch_records
        self._arrivals = Arrivals(most, settings.fetch_bytes, ahead=2 * most)
        self._nudged = asyncio.Event()
        self._fetch_again: Callable[[], None] = lambda: None

    async def on_start(self) -> None:
        """Connect; while no broker answers, try again for as long as it takes."""
        backoff = Backoff()
        self.time_started = time.monotonic()
        while not self.should_stop:
            consumer = self._consumer = self._create_consumer(loop=self.thread_loop)
            try:
                await consumer.start()
                consumer._fetcher._prefetch_backoff = _PREFETCH_SECONDS
                may_wait = self.app.ownership.may_fetch_later
                self._fetch_again = hold_back(consumer._fetcher, may_wait)
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
        """A partition has room again: a fetch that waits looks again. Thread-safe."""
        self.thread_loop.call_soon_threadsafe(self._nudged.set)

    def go_on(self) -> None:
        """Ask Kafka for what was not asked for while it could wait. Thread-safe."""
        self.thread_loop.call_soon_threadsafe(self._fetch_again)

    async def fetch(self, room: Callable[[], Room], timeout: float) -> list[Fetched]:
        """What has arrived for partitions that have room.

        Waits `timeout` seconds for the first record, and for nothing after it.

        Args:
            room: called in the consumer's thread, at first, whenever something arrives and after
                each `nudge`.
        """
        result: list[Fetched] = await self.call_thread(self._fetch, room, timeout)
        return result

    async def go_back(self, source: TopicPartition, offset: int) -> None:
        """Fetch a partition again from another offset."""
        await self.call_thread(self._go_back, source, offset)

    async def _go_back(self, source: TopicPartition, offset: int) -> None:
        self._ensure_consumer().seek(source, offset)
        self._arrivals.forget(source)

    async def rejoin(self) -> None:
        """Ask the group to share out its partitions anew."""
        coordinator = self._ensure_consumer()._coordinator
        self.thread_loop.call_soon_threadsafe(coordinator.request_rejoin)

    async def first_offset(self, source: TopicPartition) -> int:
        """The first offset that the partition still holds."""
        offsets = await self.earliest_offsets(source)
        return int(offsets[source])

    def highwater(self, tp: TopicPartition) -> int:
        """The last stable offset: what lies beyond is not committed yet by its producers.

        It is -1 before Kafka has told.
        """
        stable = self._ensure_consumer().last_stable_offset(tp)
        return int(stable) if stable is not None else -1

    async def _fetch(self, room: Callable[[], Room], timeout: float) -> list[Fetched]:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        consumer._coordinator.check_errors()  # a withdrawn right, say: nobody else would hear of it
        until = time.monotonic() + timeout
        with fetcher._subscriptions.fetch_context():
            while self.consumer.flow_active:
                if consumer._closed or fetcher._closed:
                    raise ConsumerStoppedError
                if fetcher._subscriptions.reassignment_in_progress:
                    await asyncio.sleep(_REASSIGNED_SECONDS)
                    return []
                self._nudged.clear()
                ready = room()
                arrived = self._arrivals.collect(fetcher, ready.sources)
                if arrived:
                    self.app.ownership.answered()
                self._wait_less_while_busy(fetcher, arrived)
                fetched = self._arrivals.take(ready)
                left = until - time.monotonic()
                if fetched or left <= 0:
                    return fetched
                self._fetch_again()  # there may be nothing any more that it could wait for
                await self._next(fetcher, left)
        return []

    async def _next(self, fetcher: Any, seconds: float) -> None:
        """Wait for an answer of Kafka's, or for room."""
        arrival, nudged = fetcher._create_fetch_waiter(), asyncio.create_task(self._nudged.wait())
        try:
            await asyncio.wait(
                [arrival, nudged], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            nudged.cancel()
            if not arrival.cancel():
                arrival.result()

    def _wait_less_while_busy(self, fetcher: Any, arrived: bool) -> None:
        now = time.monotonic()
        if arrived:
            self._arrived_at = now
        busy = now - self._arrived_at < _BUSY_SECONDS
        fetcher._fetch_max_wait_ms = _BUSY_FETCH_WAIT_MS if busy else _FETCH_WAIT_MS
        fetcher._fetch_min_bytes = _BUSY_FETCH_BYTES if busy else 1


def hold_back(fetcher: Any, may_wait: Callable[[], bool]) -> Callable[[], None]:
    """Let aiokafka send no fetch while `may_wait()`.

    Returns:
        what lets it look again; call it where its event loop runs.
    """
    ask = fetcher._get_actions_per_node

    def actions(assignment: Any) -> tuple[Any, ...]:
        fetches, *others = ask(assignment)
        return ([] if may_wait() else fetches, *others)

    fetcher._get_actions_per_node = actions
    return lambda: fetcher._notify(fetcher._wait_consume_future)
