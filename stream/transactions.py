"""Exactly once: one transactional producer for each input partition that this worker owns.

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
    IllegalOperation,
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
from stream.sending import send_all
from stream.settling import Settlement

log = logging.getLogger(__name__)

MakeProducer = Callable[[str], AIOKafkaProducer]
FirstOffset = Callable[[TopicPartition], Awaitable[int]]

_GROUP_COORDINATOR = 0
_PEEK_SECONDS = 1.0
_NO_OFFSET = (
    "%s: group %s has no committed offset, though records have been there before: it begins at "
    "offset %d, the first that is left. If it is not a new group, it was away for longer than the "
    "brokers' offsets.retention.minutes; what it had done already comes out again."
)
_FENCED = (ProducerFenced, InvalidProducerEpoch)
# What aiokafka lets through when its connection or its state machine breaks under a transaction.
_BROKEN = (KafkaError, OSError, TimeoutError, IllegalOperation, AssertionError)


class PartitionWriter:
    """Owns one input partition: publishes its batches, each with its offset, each once.

    Args:
        source: the input partition.
        settlement: the consumer group whose offset is committed, and the topics written to.
        make_producer: a producer, not started, for a transactional id.
        first_offset: the first offset that the source still holds.
        timeout: seconds after which a transaction is given up and settled anew.
    """

    def __init__(
        self,
        source: TopicPartition,
        settlement: Settlement,
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
        self.batch_records = 0
        self.fetched_at = 0.0
        self.aborted = 0
        self.taken_at = time.time()
        self.committed_timestamp: float | None = None
        self.state: Literal["opening", "open", "failed", "lost", "closed"] = "opening"
        self._group = settlement.group
        self._settlement = settlement
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
        idle = self.state == "open" and not self._one_at_a_time.locked()
        return idle and not self._settlement.connected

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
            if self.state != "open" or self._settlement.connected:
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
        if self._settlement.connected:
            try:
                await self._transact(end, outputs)
                self.committed, self.note = end, outputs.note
                return True
            except _FENCED:
                raise
            except _BROKEN as error:
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
        with suppress(*_BROKEN):
            async with asyncio.timeout(_PEEK_SECONDS):
                offset, found = await _committed(self._producer, self._group, self.source)
            # It may also stand earlier: where a broker left our own last one undone.
            return offset > self.committed and (offset, found) != (end, note)
        return False

    async def _transact(self, end: int, outputs: Outputs) -> None:
        async with asyncio.timeout(self._timeout):
            await self._send_and_commit(end, outputs)

    async def _send_and_commit(self, end: int, outputs: Outputs) -> None:
        producer = self._producer
        if producer is None:
            raise ProducerClosed
        await producer.begin_transaction()
        # All partitions join before the first request goes out: one that joins a running
        # transaction costs 100 ms (aiokafka's sender).
        await asyncio.gather(*await send_all(producer, outputs))
        # Not at the same time: records that are sent while the offsets join the transaction often
        # take `retry_backoff_ms` longer, as if Kafka refused them until that is done.
        offsets = {self.source: OffsetAndMetadata(end, outputs.note)}
        await producer.send_offsets_to_transaction(offsets, self._group)
        await producer.commit_transaction()

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
                    found = await _committed(producer, self._group, self.source)
                self.committed, self.note = found
                return
            except _BROKEN as error:
                if isinstance(error, _FENCED) and self.state == "open":
                    raise
                log.warning("%s: cannot open a transaction yet: %r", self.name, error)
            finally:
                self._opening = None
            await backoff.wait()

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
            except _BROKEN as error:
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
        if producer is None:
            return
        with suppress(*_BROKEN, asyncio.CancelledError):
            async with asyncio.timeout(1):
                await producer.stop()
                return
        with suppress(*_BROKEN):  # it could not say goodbye: cut the connections
            sender = producer._sender.sender_task
            if sender is not None:
                sender.cancel()
            async with asyncio.timeout(1):
                await producer.client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # what was suppressed above was meant for us
            raise asyncio.CancelledError


async def _committed(
    producer: AIOKafkaProducer, group: str, source: TopicPartition
) -> tuple[int, str]:
    """The group's committed offset (-1: none) and its note.

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
            return offset, note or ""
    return -1, ""
