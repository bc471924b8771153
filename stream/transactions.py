"""Exactly once: a transactional producer for each input partition, and rounds for what is little.

The `transactional.id` is made of application, topic and partition, so opening a writer fences
the partition's former owner and settles what it left open. A transaction holds all that a batch
publishes and the offset after it. Whatever goes wrong on the way, the same three steps follow: a
new producer (which settles the old transaction), the committed offset is read, and it tells
whether the batch is done, is to be done again, or belongs to somebody else by now.

Following KIP-98 (transactions) and the fencing of Kafka Streams before KIP-447; aiokafka sends
no group generation with the offsets, so the transactional id alone fences.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaError,
    ProducerClosed,
    ProducerFenced,
    for_code,
)
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.structs import OffsetAndMetadata

from stream.backoff import Backoff
from stream.batch import Outputs
from stream.discarding import BROKEN, discard
from stream.notes import read_owner, write_owner
from stream.rounds import Fences, MakeProducer, Rounds
from stream.sending import transact
from stream.settling import Settlement

log = logging.getLogger(__name__)

FirstOffset = Callable[[TopicPartition], Awaitable[int]]

WORTH_A_TRANSACTION = 1_000
"""Records of a batch that has a transaction of its own, and is worth scoring while the one before
it commits. A smaller one shares a round's, and waits for the one before it, which makes it grow."""

_GROUP_COORDINATOR = 0
_PEEK_SECONDS = 1.0
_NO_OFFSET = (
    "%s: group %s has no committed offset, though records have been there before: it begins at "
    "offset %d, the first that is left. If it is not a new group, it was away for longer than the "
    "brokers' offsets.retention.minutes; what it had done already comes out again."
)
_FENCED = (ProducerFenced, InvalidProducerEpoch)


class PartitionWriter:
    """Owns one input partition: publishes its batches, each with its offset, each once.

    Args:
        source: the input partition.
        settlement: the consumer group whose offset is committed, and the topics written to.
        rounds: those of this worker, which take small batches along.
        fences: end the round that the partition's former owner had.
        make_producer: a producer, not started, for a transactional id.
        first_offset: the first offset that the source still holds.
        timeout: seconds after which a transaction is given up and settled anew.
    """

    def __init__(
        self,
        source: TopicPartition,
        settlement: Settlement,
        rounds: Rounds,
        fences: Fences,
        make_producer: MakeProducer,
        first_offset: FirstOffset,
        timeout: float,
    ) -> None:
        self.source = source
        self.fetched_to = -1
        self.committed = -1
        self.note = ""
        self.held = False
        self.in_flight = 0
        self.unsent: set[int] = set()
        self.batch_records = 0
        self.fetched_at = 0.0
        self.aborted = 0
        self.taken_at = time.time()
        self.committed_timestamp: float | None = None
        self.state: Literal["opening", "open", "failed", "lost", "closed"] = "opening"
        self._group = settlement.group
        self._settlement = settlement
        self._rounds, self._fences = rounds, fences
        self._named = ""  # the round that the committed offset names
        self._last_round = ""  # the one that made the last commit, if any did
        self._make_producer = make_producer
        self._first_offset = first_offset
        self._timeout = timeout
        self._producer: AIOKafkaProducer | None = None
        self._one_at_a_time = asyncio.Lock()
        self._opening: asyncio.Timeout | None = None

    @property
    def name(self) -> str:
        """For log lines."""
        return f"{self.source.topic}[{self.source.partition}]"

    @property
    def _closed(self) -> bool:
        return self.state == "closed"

    @property
    def adrift(self) -> bool:
        """Whether nothing is under way and the coordinator of its transactions is gone."""
        return self.state == "open" and not self._one_at_a_time.locked() and not self._intact

    @property
    def _intact(self) -> bool:
        """Whether the coordinators still know what was committed last, by us or by a round."""
        if self._last_round and not self._rounds.alive(self._last_round):
            return False
        return self._settlement.connected

    async def open(self) -> None:
        """Fence the former owner and learn where it stopped; retried until it works or `close`."""
        await self._open_producer()
        if self._closed:
            return
        if self.committed < 0:
            self.committed = await self._first_commit()
        self.fetched_to = self.committed
        if self.state == "opening":
            self.state = "open"

    async def commit(self, start: int, end: int, outputs: Outputs) -> bool:
        """Publish outputs and the offset `end` in one transaction. Kafka's errors are retried.

        A batch without records, `start` equal to `end`, needs a note that no other has.

        Returns:
            whether it is done; otherwise the partition is no longer this writer's, and nothing
            of the batch is visible to a read_committed reader.
        """
        async with self._one_at_a_time:
            if self.state != "open" or start != self.committed:
                return False
            try:
                backoff = Backoff()
                while (done := await self._attempt(start, end, outputs)) is None:
                    await backoff.wait()
                return done
            except _FENCED:
                self._lose("was fenced by another owner, or its transaction timed out")
                return False

    async def refresh(self) -> None:
        """Settle what a broker left undone that ended while nothing came."""
        async with self._one_at_a_time:
            if self.state != "open" or self._intact:
                return
            try:
                await self._recover(self.committed, self.committed, self.note)
            except _FENCED:
                self._lose("was fenced by another owner")

    async def close(self) -> None:
        """Give the partition up: a transaction under way is awaited, briefly."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout / 4), self._one_at_a_time:
                self.state = "closed"
        self.state = "closed"
        if self._opening is not None:  # it would fence the next owner
            with suppress(RuntimeError):  # its time is over anyway
                self._opening.reschedule(asyncio.get_running_loop().time())
        await self._discard()

    async def _attempt(self, start: int, end: int, outputs: Outputs) -> bool | None:
        """One try: True if it is done, False if the partition is lost, None if it did not work."""
        if self._intact:
            try:
                await self._publish(start, end, outputs)
                self.committed, self.note = end, outputs.note
                return True
            except _FENCED:
                raise
            except BROKEN as error:
                log.warning("%s offset %d: transaction broke: %r", self.name, start, error)
            self.aborted += 1
        return await self._recover(start, end, outputs.note)

    async def _recover(self, start: int, end: int, note: str) -> bool | None:
        """A new producer, and what Kafka says became of a batch: as `_attempt`."""
        if await self._overtaken(end, note):
            self._lose("has another owner, which committed since")
            return False
        await self._open_producer()
        if self._closed:
            return False
        if self.committed == end and (start != end or self.note == note):
            return True
        if self.committed != start:
            self._lose(f"moved on to offset {self.committed} under another owner")
            return False
        return None

    async def _overtaken(self, end: int, note: str) -> bool:
        """Whether another owner has committed since: a new producer would fence it for nothing.

        False where Kafka does not tell at once.
        """
        if self._producer is None:
            return False
        with suppress(*BROKEN):
            async with asyncio.timeout(_PEEK_SECONDS):
                offset, found, _ = await _committed(self._producer, self._group, self.source)
            # It may also stand earlier: where a broker left our own last one undone.
            return offset > self.committed and (offset, found) != (end, note)
        return False

    async def _publish(self, start: int, end: int, outputs: Outputs) -> None:
        """In a round where the batch is small and the round is known to the next owner."""
        name = self._named
        if start < end and self.batch_records < WORTH_A_TRANSACTION and self._rounds.alive(name):
            self._last_round = name
            offset = OffsetAndMetadata(end, write_owner(outputs.note, name))
            await self._rounds.commit(name, self.source, offset, outputs)
        else:
            await self._transact(end, outputs)

    async def _transact(self, end: int, outputs: Outputs) -> None:
        """A transaction of the partition's own."""
        name, producer = self._rounds.name, self._producer
        if producer is None:
            raise ProducerClosed
        offset = OffsetAndMetadata(end, write_owner(outputs.note, name))
        async with asyncio.timeout(self._timeout):
            await transact(producer, [outputs], {self.source: offset}, self._group)
        self._named, self._last_round = name, ""

    async def _open_producer(self) -> None:
        """A new producer, and the offset that stands committed once all is settled."""
        backoff = Backoff()
        while not self._closed:
            await self._discard()
            if self._closed:  # meanwhile: a producer now would fence the next owner
                return
            producer = self._make_producer(f"{self._group}-{self.name}")
            self._producer = producer
            try:
                async with asyncio.timeout(self._timeout) as self._opening:
                    await self._settlement.start(producer)
                    self.committed, self.note = await self._settled(producer)
                return
            except BROKEN as error:
                if isinstance(error, _FENCED) and self.state == "open":
                    raise
                log.warning("%s: cannot open a transaction yet: %r", self.name, error)
            finally:
                self._opening = None
            await backoff.wait()

    async def _settled(self, producer: AIOKafkaProducer) -> tuple[int, str]:
        """What stands committed, once no round can change it any more."""
        offset, note, name = await _committed(producer, self._group, self.source)
        # Only a transaction of the partition's own puts another name there: that is fenced now.
        if name and not self._rounds.alive(name):
            await self._fences.end(name)
            offset, note, name = await _committed(producer, self._group, self.source)
        self._named = self._last_round = name if self._rounds.alive(name) else ""
        return offset, note

    async def _first_commit(self) -> int:
        """A partition without a committed offset gets one, so that each batch has a known start."""
        backoff = Backoff()
        while not self._closed:
            try:
                first = await self._first_offset(self.source)
                await self._transact(first, Outputs())
                if first:
                    log.warning(_NO_OFFSET, self.name, self._group, first)
                return first
            except BROKEN as error:
                log.warning("%s: cannot commit its first offset yet: %r", self.name, error)
                await backoff.wait()
                await self._open_producer()
                if self.committed >= 0:
                    return self.committed
        return -1

    def _lose(self, why: str) -> None:
        log.warning("%s at offset %d: dropped, as it %s.", self.name, self.committed, why)
        self.state = "lost"

    async def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await discard(producer)


async def _committed(
    producer: AIOKafkaProducer, group: str, source: TopicPartition
) -> tuple[int, str, str]:
    """The group's committed offset (-1: none), its note, and the round that it names.

    Asked over the producer's own connection: after its start no transaction of this partition is
    open any more, and no answer depends on what the consumer believes.
    """
    client = producer.client
    node = await client.coordinator_lookup(_GROUP_COORDINATOR, group)
    if not await client.ready(node):
        raise KafkaError(f"coordinator {node} of group {group} is not reachable")
    answer = await client.send(
        node, OffsetFetchRequest(group, [(source.topic, [source.partition])])
    )
    for _, partitions in answer.topics:
        for _, offset, note, code in partitions:
            if code:
                raise for_code(code)()
            return offset, *read_owner(note or "")
    return -1, "", ""
