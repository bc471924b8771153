"""What is little of several partitions, in one transaction.

A transaction costs five requests, and a marker in each partition that it wrote to: when batches are
small, that is most of what a worker and its broker do. So the batches of a round share one.

The `transactional.id` of a round is the worker's, and another one after each assignment: taking a
partition over does not fence it by itself. Therefore its name travels with the committed offset,
put there by a transaction of the partition's own before the first round takes the partition along.
The partition's next owner reads it there, and fences that round (`Fences`) before it trusts the
offset. A round that fails is never used again: the next one has another name.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerClosed
from aiokafka.structs import OffsetAndMetadata

from stream.batch import Outputs
from stream.discarding import discard
from stream.sending import transact
from stream.settling import Settlement

MakeProducer = Callable[[str], AIOKafkaProducer]


class Fences:
    """Ends rounds of former owners, and our own that failed.

    Args:
        topics: all that rounds write to, whoever made them.
    """

    def __init__(
        self, group: str, topics: Callable[[], Sequence[str]], make_producer: MakeProducer
    ) -> None:
        self._group, self._topics, self._make_producer = group, topics, make_producer
        self._ended: set[str] = set()
        self._settlements: dict[str, Settlement] = {}
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def end(self, name: str) -> None:
        """Settle what a round has under way; it can begin nothing from then on.

        Raises:
            KafkaError, OSError: something did not work; another try may.
        """
        async with self._one_at_a_time[name]:
            if name in self._ended:
                return
            # Kept over the tries: it may hold a decision that was not told yet.
            settlement = self._settlements.setdefault(name, self.settlement())
            producer = self._make_producer(name)
            try:
                await settlement.start(producer)
            finally:
                await discard(producer)
            self._ended.add(name)
            del self._settlements[name]

    def settlement(self) -> Settlement:
        """For the producer of a round."""
        return Settlement(self._group, self._topics())


class _Part(NamedTuple):
    source: TopicPartition
    offset: OffsetAndMetadata
    outputs: Outputs
    done: asyncio.Future[None]


class Rounds:
    """The rounds of one assignment, one after the other.

    Attributes:
        name: the `transactional.id` of the next one.
    """

    def __init__(
        self, group: str, fences: Fences, make_producer: MakeProducer, timeout: float
    ) -> None:
        self._group, self._fences = group, fences
        self._make_producer, self._timeout = make_producer, timeout
        self._waiting: list[_Part] = []
        self._task: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer | None = None
        self._renew()

    def alive(self, name: str) -> bool:
        """Whether this is the name of the next round, and nothing has happened to its producer."""
        return name == self.name and (self._producer is None or self._settlement.connected)

    async def commit(
        self, name: str, source: TopicPartition, offset: OffsetAndMetadata, outputs: Outputs
    ) -> None:
        """Publish outputs and an offset with those of others that come at the same time.

        Args:
            name: the round that the partition's committed offset names.

        Raises:
            ProducerClosed: that round has ended.
            Exception: what became of the transaction; none of its name will come again.
        """
        if name != self.name:
            raise ProducerClosed
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Part(source, offset, outputs, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done

    async def end(self) -> None:
        """Take no more; what is under way ends as Kafka finds it."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        producer = self._renew()
        if producer is not None:
            await discard(producer)

    def _renew(self) -> AIOKafkaProducer | None:
        """Another name and no producer yet; returns the former one."""
        former, self._producer = self._producer, None
        self.name = f"{self._group}-round-{uuid.uuid4().hex}"
        self._settlement = self._fences.settlement()
        return former

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # what was scored together comes in one turn of the loop
            parts, self._waiting = self._waiting, []
            try:
                async with asyncio.timeout(self._timeout):
                    await self._transact(parts)
            except BaseException as error:
                # Before anybody hears of it: nobody may take this round for alive any more.
                former = self._renew()
                parts += self._waiting
                self._waiting = []
                _tell(parts, error if isinstance(error, Exception) else ProducerClosed())
                if former is not None:
                    await discard(former)
                if not isinstance(error, Exception):
                    raise
            else:
                _tell(parts, None)

    async def _transact(self, parts: Sequence[_Part]) -> None:
        if self._producer is None:
            self._producer = self._make_producer(self.name)
            await self._settlement.start(self._producer)
        if not self._settlement.connected:
            raise ProducerClosed
        offsets = {part.source: part.offset for part in parts}
        await transact(self._producer, [part.outputs for part in parts], offsets, self._group)


def _tell(parts: Iterable[_Part], error: Exception | None) -> None:
    for part in parts:
        if part.done.done():
            continue
        if error is None:
            part.done.set_result(None)
        else:
            part.done.set_exception(error)
