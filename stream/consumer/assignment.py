"""The partitions that the consumer group assigned to this worker, and their takeover."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition

from stream.consumer.backpressure import Backpressure
from stream.settings import StreamSettings
from stream.transactions.partition_writer import FirstOffset, PartitionWriter
from stream.transactions.producer import transactional_producer
from stream.transactions.recovery import TransactionRecovery
from stream.transactions.shared_transactions import Fencing, SharedTransactions

log = logging.getLogger(__name__)

Takeover = Callable[[PartitionWriter], Awaitable[bool]]
"""Called with the writer of a partition just taken over, again and again until it returns true.
The partition is not read before."""

_RETRY_SECONDS = 1.0
_GRACE_SECONDS = 1.0
_REJOIN_SECONDS = 2.0


class Assignment:
    """The writers of this worker's partitions.

    Every assignment opens new writers for all of them: what was fetched or scored before belongs
    to a closed writer, and can no longer be published.

    Attributes:
        writers: by partition.
        backpressure: what is under way in them.
        has_outputs: whether there is a partition for all that comes of a partition's records.
    """

    def __init__(self, settings: StreamSettings) -> None:
        self.writers: dict[TopicPartition, PartitionWriter] = {}
        self.backpressure = Backpressure(settings)
        self._settings = settings
        self.has_outputs: Takeover = _always
        self._takeovers: dict[str, Takeover] = {}
        self._outputs: dict[str, Sequence[str]] = {}
        self._recoveries: dict[TopicPartition, TransactionRecovery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._rejoined_at = -_REJOIN_SECONDS
        self._fencing = Fencing(settings.group, self._all_outputs, self._producer)
        self._shared = self._new_shared_transactions()

    def register_agent(self, topic: str, outputs: Sequence[str], takeover: Takeover) -> None:
        """What batches of a topic write to, and what happens before its partitions are read."""
        self._outputs[topic] = outputs
        self._takeovers[topic] = takeover

    async def assign(self, sources: Iterable[TopicPartition], first_offset: FirstOffset) -> None:
        """Own these partitions and no others, and fence their former owners.

        Returns once all are fenced, or after half a session timeout: a partition that Kafka does
        not let in yet keeps trying by itself and delays no other.
        """
        await self.revoke()
        self._shared = self._new_shared_transactions()
        self.writers = {source: self._writer(source, first_offset) for source in sources}
        self.backpressure.assign(self.writers.values())
        self._opening = {self._start(self._open(writer)) for writer in self.writers.values()}
        await _wait(self._opening, self._settings.session_seconds / 2)
        self.backpressure.on_capacity()

    async def revoke(self) -> None:
        """Own nothing. Waits briefly for transactions under way."""
        writers, self.writers = self.writers, {}
        self.backpressure.assign([])
        await _wait(self._opening, _GRACE_SECONDS)  # better not during a recovery
        for task in self._tasks:
            task.cancel()
        await _wait(self._tasks, _GRACE_SECONDS)
        await asyncio.gather(*(writer.close() for writer in writers.values()))
        await self._shared.end()

    def refresh(self) -> None:
        """Let idle writers whose broker is gone find another one. Call it every second."""
        for writer in self.writers.values():
            if writer.adrift:
                self._start(writer.refresh())

    def must_rejoin(self) -> bool:
        """Whether a partition was lost, so that the group has to rebalance.

        True again and again until it does: a request during a rebalance is forgotten. A lost
        writer stays until then, for `revoke` to close it and for /health to see it.
        """
        lost = any(writer.state == "lost" for writer in self.writers.values())
        if not lost or time.monotonic() < self._rejoined_at + _REJOIN_SECONDS:
            return False
        self._rejoined_at = time.monotonic()
        return True

    def is_idle(self, writer: PartitionWriter) -> bool:
        """Whether a partition is open, taken over, and has nothing under way."""
        flow = self.backpressure.flows.get(writer)
        return (
            flow is not None
            and writer.state == "open"
            and not flow.waiting_for_takeover
            and not flow.in_flight
        )

    def is_readable(self, writer: PartitionWriter) -> bool:
        """Whether batches of a partition may be handed out."""
        flow = self.backpressure.flows.get(writer)
        return flow is not None and writer.state == "open" and not flow.waiting_for_takeover

    def _writer(self, source: TopicPartition, first_offset: FirstOffset) -> PartitionWriter:
        return PartitionWriter(
            source,
            self._recovery(source),
            self._shared,
            self._fencing,
            self._producer,
            first_offset,
            self._settings.transaction_seconds,
        )

    def _producer(self, transactional_id: str) -> AIOKafkaProducer:
        return transactional_producer(self._settings, transactional_id)

    def _new_shared_transactions(self) -> SharedTransactions:
        settings = self._settings
        return SharedTransactions(
            settings.group, self._fencing, self._producer, settings.transaction_seconds
        )

    def _all_outputs(self) -> list[str]:
        return sorted({topic for topics in self._outputs.values() for topic in topics})

    def _recovery(self, source: TopicPartition) -> TransactionRecovery:
        """Kept from one assignment to the next: it may hold a decision that is still pending."""
        new = TransactionRecovery(self._settings.group, self._outputs.get(source.topic, ()))
        return self._recoveries.setdefault(source, new)

    async def _open(self, writer: PartitionWriter) -> None:
        takeover = self._takeovers.get(writer.source.topic)
        flow = self.backpressure.flows[writer]
        flow.waiting_for_takeover = takeover is not None
        try:
            await writer.open()
        except Exception:
            # A bug: the partition is given back, and its next owner tries again.
            log.exception("%s cannot be opened.", writer.name)
            writer.lose("cannot be opened")
        self.backpressure.opened(writer)
        if takeover is not None:
            self._start(self._take_over(writer, takeover))
        self.backpressure.on_capacity()

    async def _take_over(self, writer: PartitionWriter, takeover: Takeover) -> None:
        while writer.state == "open" and not (
            await _tried(self.has_outputs, writer) and await _tried(takeover, writer)
        ):
            log.warning("%s waits until it can go on in order.", writer.name)
            await asyncio.sleep(_RETRY_SECONDS)
        if (flow := self.backpressure.flows.get(writer)) is not None:
            flow.waiting_for_takeover = False
        self.backpressure.on_capacity()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _wait(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def _always(_: PartitionWriter) -> bool:
    return True


async def _tried(takeover: Takeover, writer: PartitionWriter) -> bool:
    try:
        return await takeover(writer)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Nobody cancelled us: a consumer that stops while a fetch backs off cancels its own.
        log.warning("%s: its takeover was cut off.", writer.name)
        return False
    except Exception:
        log.exception("%s cannot be taken over yet.", writer.name)
        return False
