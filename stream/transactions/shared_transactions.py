"""Small batches of several partitions share one Kafka transaction.

A transaction costs five requests, and a marker in each partition that it wrote to. When batches are
small, that is most of what a worker and its broker do.

The `transactional.id` of a shared transaction belongs to the worker and changes with each
assignment, so taking a partition over does not fence it. Its id therefore travels in the metadata
of the committed offset, put there by a transaction of the partition's own before the first shared
one takes the partition along. The partition's next owner reads the id there, and fences it
(`Fencing`) before it trusts the offset. An id that failed is never used again.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerClosed
from aiokafka.structs import OffsetAndMetadata

from stream.transactions.outputs import Outputs
from stream.transactions.producer import close_producer
from stream.transactions.recovery import TransactionRecovery
from stream.transactions.transact import transact

MakeProducer = Callable[[str], AIOKafkaProducer]


class Fencing:
    """Ends shared transactions of former owners, and our own that failed.

    Args:
        topics: all that shared transactions write to, whoever made them.
    """

    def __init__(
        self, group: str, topics: Callable[[], Sequence[str]], make_producer: MakeProducer
    ) -> None:
        self._group, self._topics, self._make_producer = group, topics, make_producer
        self._ended: set[str] = set()
        self._recoveries: dict[str, TransactionRecovery] = {}
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def end(self, name: str) -> None:
        """End what is under way under an id; nothing can begin under it from then on.

        Raises:
            KafkaError, OSError: something did not work; another try may.
        """
        async with self._one_at_a_time[name]:
            if name in self._ended:
                return
            # Kept from try to try: it may hold a decision that is still pending.
            recovery = self._recoveries.setdefault(name, self.new_recovery())
            producer = self._make_producer(name)
            try:
                await recovery.start(producer)
            finally:
                await close_producer(producer)
            self._ended.add(name)
            del self._recoveries[name]

    def new_recovery(self) -> TransactionRecovery:
        """For the producer of a shared transaction."""
        return TransactionRecovery(self._group, self._topics())


class _Part(NamedTuple):
    source: TopicPartition
    offset: OffsetAndMetadata
    outputs: Outputs
    done: asyncio.Future[None]


class SharedTransactions:
    """The shared transactions of one assignment, one after the other.

    Attributes:
        name: the `transactional.id` of the next one.
    """

    def __init__(
        self, group: str, fencing: Fencing, make_producer: MakeProducer, timeout: float
    ) -> None:
        self._group, self._fencing = group, fencing
        self._make_producer, self._timeout = make_producer, timeout
        self._waiting: list[_Part] = []
        self._task: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer | None = None
        self._renew()

    def alive(self, name: str) -> bool:
        """Whether this is the next id, and nothing has happened to its producer."""
        return name == self.name and (self._producer is None or self._recovery.connected)

    async def commit(
        self, name: str, source: TopicPartition, offset: OffsetAndMetadata, outputs: Outputs
    ) -> None:
        """Publish outputs and an offset with those of others that come at the same time.

        Args:
            name: the id that the partition's committed offset names.

        Raises:
            ProducerClosed: that id is not in use any more.
            Exception: what became of the transaction; its id is not used again.
        """
        if name != self.name:
            raise ProducerClosed
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Part(source, offset, outputs, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done

    async def end(self) -> None:
        """Take no more batches; Kafka decides what becomes of the transaction under way."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        producer = self._renew()
        if producer is not None:
            await close_producer(producer)

    def _renew(self) -> AIOKafkaProducer | None:
        """Another id and no producer yet; returns the former producer."""
        former, self._producer = self._producer, None
        self.name = f"{self._group}-round-{uuid.uuid4().hex}"
        self._recovery = self._fencing.new_recovery()
        return former

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # batches scored together arrive in one turn of the loop
            parts, self._waiting = self._waiting, []
            try:
                async with asyncio.timeout(self._timeout):
                    await self._transact(parts)
            except BaseException as error:
                # Before anybody learns of it: nobody may use this id any more.
                former = self._renew()
                parts += self._waiting
                self._waiting = []
                _resolve(parts, error if isinstance(error, Exception) else ProducerClosed())
                if former is not None:
                    await close_producer(former)
                if not isinstance(error, Exception):
                    raise
            else:
                _resolve(parts, None)

    async def _transact(self, parts: Sequence[_Part]) -> None:
        if self._producer is None:
            self._producer = self._make_producer(self.name)
            await self._recovery.start(self._producer)
        if not self._recovery.connected:
            raise ProducerClosed
        offsets = {part.source: part.offset for part in parts}
        await transact(self._producer, [part.outputs for part in parts], offsets, self._group)


def _resolve(parts: Iterable[_Part], error: Exception | None) -> None:
    for part in parts:
        if part.done.done():
            continue
        if error is None:
            part.done.set_result(None)
        else:
            part.done.set_exception(error)
