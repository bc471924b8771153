"""Which partitions this worker owns, and from which of them it may fetch now."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition

from stream.arrivals import Room
from stream.rounds import Fences, Rounds
from stream.settings import StreamSettings
from stream.settling import Settlement
from stream.transactions import WORTH_A_TRANSACTION, FirstOffset, PartitionWriter

log = logging.getLogger(__name__)

Takeover = Callable[[PartitionWriter], Awaitable[bool]]
"""Called with the writer of a partition just taken over, until it returns true: the partition is
not read before."""

_RETRY_SECONDS = 1.0
_GRACE_SECONDS = 1.0
_ASK_SECONDS = 2.0
_ROUND_SECONDS = 0.1
"""So long do partitions wait for one another, to be scored together; one that is stuck holds up
none for longer."""


class Ownership:
    """The writers of the partitions that the consumer group gave to this worker.

    Every assignment opens new writers for all of them: whatever was fetched or scored before
    belongs to a closed writer, and can no longer be published.
    """

    def __init__(self, settings: StreamSettings) -> None:
        self.writers: dict[TopicPartition, PartitionWriter] = {}
        self.on_room: Callable[[], None] = lambda: None
        self.on_sent: Callable[[], None] = lambda: None
        self._settings = settings
        self._takeovers: dict[str, Takeover] = {}
        self._outputs: dict[str, Sequence[str]] = {}
        self._settlements: dict[TopicPartition, Settlement] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._asked_at = -_ASK_SECONDS
        self._answered = False
        self._fences = Fences(settings.group, self._all_outputs, self._producer)
        self._rounds = self._new_rounds()

    def serve(self, topic: str, outputs: Sequence[str], takeover: Takeover) -> None:
        """What batches of this topic write to, and what happens before a partition is read."""
        self._outputs[topic] = outputs
        self._takeovers[topic] = takeover

    async def assign(self, sources: Iterable[TopicPartition], first_offset: FirstOffset) -> None:
        """Own these partitions and no others, and fence their former owners.

        Returns once all are fenced, or after half a session timeout: a partition that Kafka does
        not let in yet goes on trying by itself, and holds up no other.
        """
        await self.release()
        settings = self._settings
        self._rounds = self._new_rounds()
        self.writers = {
            source: PartitionWriter(
                source,
                self._settlement(source),
                self._rounds,
                self._fences,
                self._producer,
                first_offset,
                settings.transaction_seconds,
            )
            for source in sources
        }
        self._opening = {self._start(self._open(writer)) for writer in self.writers.values()}
        await _wait(self._opening, settings.session_seconds / 2)
        self.on_room()

    async def release(self) -> None:
        """Own nothing. Transactions under way are awaited, briefly."""
        writers, self.writers = self.writers, {}
        await _wait(self._opening, _GRACE_SECONDS)  # better not amid a settlement
        for task in self._tasks:
            task.cancel()
        await _wait(self._tasks, _GRACE_SECONDS)
        await asyncio.gather(*(writer.close() for writer in writers.values()))
        await self._rounds.end()

    @property
    def places(self) -> int:
        """How many more batches may be under way."""
        flying = sum(writer.in_flight for writer in list(self.writers.values()))
        return max(self._settings.batches_in_flight - flying, 0)

    def room(self, active: Iterable[TopicPartition]) -> Room:
        """What may be fetched now. May be called from any thread."""
        return Room(self.fetchable(active), self.places)

    def fetchable(self, active: Iterable[TopicPartition]) -> list[TopicPartition]:
        """The partitions among `active` that have room for another batch, the next one first."""
        if not self.places:
            return []
        writers = self.writers  # another thread may put others in their place
        most = self._settings.batches_in_flight_per_partition
        in_a_round = {topic for topic in self._outputs if self._in_a_round(topic)}
        ready = [
            source
            for source in active
            if source.topic not in in_a_round
            and (writer := writers.get(source)) is not None
            and writer.state == "open"
            and not writer.held
            and writer.in_flight < (most if writer.batch_records >= WORTH_A_TRANSACTION else 1)
        ]
        # Those that were served longest ago come first, so that none starves.
        return sorted(ready, key=lambda source: writers[source].fetched_at)

    def _in_a_round(self, topic: str) -> bool:
        """Whether little is under way, so that its partitions wait until all of it is done.

        They are then fetched together, and scored in one call, which costs less than one for each.
        """
        return _soon_over(
            w for w in list(self.writers.values()) if w.in_flight and w.source.topic == topic
        )

    def may_fetch_later(self) -> bool:
        """Whether only what is little is under way: what arrives meanwhile has no room yet.

        Fetched in one go once all of it is sent (`on_sent`), it is there when the transaction ends,
        and costs one answer of Kafka's in place of several. May be called from any thread.
        """
        writers = list(self.writers.values())
        return _soon_over(w for w in writers if w.unsent or (self._answered and w.in_flight))

    def answered(self) -> None:
        """Records came: what comes after them is for a later round. Call it from any thread."""
        self._answered = True

    def fetched(self, writer: PartitionWriter, end: int, records: int = 0) -> None:
        """A batch of so many records, up to `end`, is under way."""
        writer.fetched_to = end
        writer.batch_records = records
        writer.fetched_at = time.monotonic()
        writer.in_flight += 1
        writer.unsent.add(end)

    def sent(self, writer: PartitionWriter, end: int) -> None:
        """Kafka has the records of the batch up to `end`, or never will."""
        if end not in writer.unsent:
            return
        writer.unsent.remove(end)
        if not _soon_over(w for w in self.writers.values() if w.unsent):
            self._answered = False
            self.on_sent()

    def finished(self, writer: PartitionWriter, end: int) -> None:
        """The batch up to `end` is committed or dropped."""
        self.sent(writer, end)
        writer.in_flight -= 1
        self.on_room()

    def refresh(self) -> None:
        """Let idle writers whose broker is gone find another one. Call it every second."""
        for writer in self.writers.values():
            if writer.adrift:
                self._start(writer.refresh())

    def take_lost(self) -> bool:
        """Whether a partition was dropped, so that the group has to share out anew.

        Said again until it does: a request that comes while the group is at it is forgotten. What
        is lost stays until then, for `release` to close it and for /health to see it.
        """
        lost = any(writer.state == "lost" for writer in self.writers.values())
        if not lost or time.monotonic() < self._asked_at + _ASK_SECONDS:
            return False
        self._asked_at = time.monotonic()
        return True

    def _producer(self, transactional_id: str) -> AIOKafkaProducer:
        settings = self._settings
        return AIOKafkaProducer(
            **settings.kafka_client,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(settings.transaction_seconds * 1000),
            request_timeout_ms=int(settings.transaction_seconds * 1000),
            retry_backoff_ms=10,
            max_batch_size=settings.max_message_bytes - 1_024,
            compression_type=None if settings.compression == "none" else settings.compression,
        )

    def _new_rounds(self) -> Rounds:
        settings = self._settings
        return Rounds(settings.group, self._fences, self._producer, settings.transaction_seconds)

    def _all_outputs(self) -> list[str]:
        return sorted({topic for topics in self._outputs.values() for topic in topics})

    def _settlement(self, source: TopicPartition) -> Settlement:
        """Kept from one assignment to the next: it may hold a decision that was not told yet."""
        new = Settlement(self._settings.group, self._outputs.get(source.topic, ()))
        return self._settlements.setdefault(source, new)

    async def _open(self, writer: PartitionWriter) -> None:
        takeover = self._takeovers.get(writer.source.topic)
        writer.held = takeover is not None
        try:
            await writer.open()
        except Exception:
            # A bug: the partition is given back, and its next owner tries again.
            log.exception("%s cannot be opened.", writer.name)
            writer.state = "lost"
        if takeover is not None:
            self._start(self._take_over(writer, takeover))
        self.on_room()

    async def _take_over(self, writer: PartitionWriter, takeover: Takeover) -> None:
        while writer.state == "open" and not await _tried(takeover, writer):
            log.warning("%s waits until it can go on in order.", writer.name)
            await asyncio.sleep(_RETRY_SECONDS)
        writer.held = False
        self.on_room()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _soon_over(busy: Iterable[PartitionWriter]) -> bool:
    """Whether some are busy, all of them with little, and none for long."""
    flying = list(busy)
    late = time.monotonic() - _ROUND_SECONDS
    small = (w.batch_records < WORTH_A_TRANSACTION and w.fetched_at > late for w in flying)
    return bool(flying) and all(small)


async def _wait(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def _tried(takeover: Takeover, writer: PartitionWriter) -> bool:
    try:
        return await takeover(writer)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Nobody cancelled us: a consumer that stops amid a fetch's back-off lets its own out.
        log.warning("%s: taking it over was cut off.", writer.name)
        return False
    except Exception:
        log.exception("%s cannot be taken over yet.", writer.name)
        return False
