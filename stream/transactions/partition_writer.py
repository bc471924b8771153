"""Exactly once: one transactional producer per input partition, and shared transactions.

The `transactional.id` consists of group, topic and partition, so opening a writer fences the
partition's former owner and ends what it left open. A transaction holds all that a batch publishes
and the offset after it. After any error the same three steps follow: a new producer (which ends the
old transaction), a look at the committed offset, and the decision: the batch is done, has to be
done again, or the partition has another owner by now.

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
    ProducerClosed,
    ProducerFenced,
)
from aiokafka.structs import OffsetAndMetadata

from sentiment.coordinators import level
from stream.kafka.backoff import Backoff
from stream.transactions.committed_offset import committed_offset
from stream.transactions.offset_metadata import write_shared_id
from stream.transactions.outputs import Outputs
from stream.transactions.producer import TRANSACTION_ERRORS, close_producer
from stream.transactions.recovery import TransactionRecovery
from stream.transactions.shared_transactions import Fencing, MakeProducer, SharedTransactions
from stream.transactions.transact import transact

log = logging.getLogger(__name__)

FirstOffset = Callable[[TopicPartition], Awaitable[int]]

WORTH_A_TRANSACTION = 1_000
"""A batch of this many records gets a transaction of its own, and is scored while the one before it
commits. A smaller one shares a transaction and waits for the one before it, which lets it grow."""

_PEEK_SECONDS = 1.0
_NO_OFFSET = (
    "%s: group %s has no committed offset, though records have been there before: it begins at "
    "offset %d, the first that is left. If it is not a new group, it was away for longer than the "
    "brokers' offsets.retention.minutes; what it had done already comes out again."
)
_FENCED = (ProducerFenced, InvalidProducerEpoch)


class PartitionWriter:
    """Owns one input partition: publishes its batches, each with its offset, each once.

    Only this class writes its attributes.

    Attributes:
        committed: the committed offset; -1 before it is known.
        metadata: what stands beside that offset.
        state: `opening` until the former owner is fenced, then `open`; `failed` after a bug,
            `lost` once the partition has to be given back, `closed` once it is.
        aborted: transactions that did not commit.

    Args:
        source: the input partition.
        recovery: the consumer group whose offset is committed, and the topics written to.
        shared: this worker's shared transactions, for small batches.
        fencing: ends the shared transaction of the partition's former owner.
        make_producer: a producer, not started, for a transactional id.
        first_offset: the first offset that the source still holds.
        timeout: seconds after which a transaction is given up and recovered.
    """

    def __init__(
        self,
        source: TopicPartition,
        recovery: TransactionRecovery,
        shared: SharedTransactions,
        fencing: Fencing,
        make_producer: MakeProducer,
        first_offset: FirstOffset,
        timeout: float,
    ) -> None:
        self.source = source
        self.committed = -1
        self.metadata = ""
        self.aborted = 0
        self.state: Literal["opening", "open", "failed", "lost", "closed"] = "opening"
        self._group = recovery.group
        self._recovery = recovery
        self._shared, self._fencing = shared, fencing
        self._shared_id = ""  # the shared transaction that the committed offset names
        self._last_shared_id = ""  # the one that made the last commit, if any did
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
        """Whether the coordinators still know the last commit, ours or a shared one."""
        if self._last_shared_id and not self._shared.alive(self._last_shared_id):
            return False
        return self._recovery.connected

    async def open(self) -> None:
        """Fence the former owner and learn where it stopped; retried until it works or `close`."""
        await self._open_producer()
        if self._closed:
            return
        if self.committed < 0:
            self.committed = await self._first_commit()
        if self.state == "opening":
            self.state = "open"

    async def commit(self, start: int, end: int, outputs: Outputs, may_share: bool = False) -> bool:
        """Publish outputs and the offset `end` in one transaction. Kafka's errors are retried.

        A batch without records, `start` equal to `end`, needs metadata that no other has.

        Args:
            start: the offset at which the batch begins.
            end: the offset after it.
            outputs: what it publishes.
            may_share: whether small batches of other partitions may go into the same transaction.

        Returns:
            whether it is done; otherwise the partition is no longer this writer's, and nothing
            of the batch is visible to a read_committed reader.
        """
        async with self._one_at_a_time:
            if self.state != "open" or start != self.committed:
                return False
            try:
                backoff = Backoff()
                while (done := await self._attempt(start, end, outputs, may_share)) is None:
                    await backoff.wait()
                return done
            except _FENCED:
                self.lose("was fenced by another owner, or its transaction timed out")
                return False

    async def refresh(self) -> None:
        """Recover after a broker that ended while no batch came."""
        async with self._one_at_a_time:
            if self.state != "open" or self._intact:
                return
            try:
                await self._recover(self.committed, self.committed, self.metadata)
            except _FENCED:
                self.lose("was fenced by another owner")

    async def skip_deleted(self, offset: int) -> bool:
        """Go on at `offset`: Kafka's retention deleted all records before it.

        Returns:
            whether the partition is still this writer's.
        """
        async with self._one_at_a_time:
            if self.state != "open":
                return False
            self.committed = offset
            return True

    def fail(self) -> None:
        """Stand still after a bug, so that /health sees it before the partition is given back."""
        if self.state == "open":
            self.state = "failed"

    async def close(self) -> None:
        """Revoke the partition. Waits briefly for a transaction under way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout / 4), self._one_at_a_time:
                self.state = "closed"
        self.state = "closed"
        if self._opening is not None:  # it would fence the next owner
            with suppress(RuntimeError):  # its time is over anyway
                self._opening.reschedule(asyncio.get_running_loop().time())
        await self._close_producer()

    async def _attempt(
        self, start: int, end: int, outputs: Outputs, may_share: bool
    ) -> bool | None:
        """One try: True if it is done, False if the partition is lost, None if it did not work."""
        if self._intact:
            try:
                await self._publish(start, end, outputs, may_share)
                self.committed, self.metadata = end, outputs.metadata
                return True
            except _FENCED:
                raise
            except TRANSACTION_ERRORS as error:
                log.warning("%s offset %d: transaction broke: %r", self.name, start, error)
            self.aborted += 1
        return await self._recover(start, end, outputs.metadata)

    async def _recover(self, start: int, end: int, metadata: str) -> bool | None:
        """A new producer, and what Kafka says became of a batch: as `_attempt`."""
        if await self._overtaken(end, metadata):
            self.lose("has another owner, which committed since")
            return False
        await self._open_producer()
        if self._closed:
            return False
        if self.committed == end and (start != end or self.metadata == metadata):
            return True
        if self.committed != start:
            self.lose(f"moved on to offset {self.committed} under another owner")
            return False
        return None

    async def _overtaken(self, end: int, metadata: str) -> bool:
        """Whether another owner has committed since: a new producer would fence it for nothing.

        False where Kafka does not tell at once.
        """
        if self._producer is None:
            return False
        with suppress(*TRANSACTION_ERRORS):
            async with asyncio.timeout(_PEEK_SECONDS):
                offset, found, _ = await committed_offset(self._producer, self._group, self.source)
            # It may also stand earlier: where a broker left our own last one undone.
            return offset > self.committed and (offset, found) != (end, metadata)
        return False

    async def _publish(self, start: int, end: int, outputs: Outputs, may_share: bool) -> None:
        """Share a transaction if the batch may, and if the next owner will know its name."""
        name = self._shared_id
        if start < end and may_share and self._shared.alive(name):
            self._last_shared_id = name
            offset = OffsetAndMetadata(end, write_shared_id(outputs.metadata, name))
            await self._shared.commit(name, self.source, offset, outputs)
        else:
            await self._transact(end, outputs)

    async def _transact(self, end: int, outputs: Outputs) -> None:
        """A transaction of the partition's own."""
        name, producer = self._shared.name, self._producer
        if producer is None:
            raise ProducerClosed
        offset = OffsetAndMetadata(end, write_shared_id(outputs.metadata, name))
        async with asyncio.timeout(self._timeout):
            await transact(producer, [outputs], {self.source: offset}, self._group)
        self._shared_id, self._last_shared_id = name, ""

    async def _open_producer(self) -> None:
        """A new producer, and the committed offset once nothing can change it any more."""
        backoff, began = Backoff(), time.monotonic()
        while not self._closed:
            await self._close_producer()
            if self._closed:  # meanwhile: a producer now would fence the next owner
                return
            producer = self._make_producer(f"{self._group}-{self.name}")
            self._producer = producer
            try:
                async with asyncio.timeout(self._timeout) as self._opening:
                    await self._recovery.start(producer)
                    self.committed, self.metadata = await self._final_offset(producer)
                return
            except TRANSACTION_ERRORS as error:
                if isinstance(error, _FENCED) and self.state == "open":
                    raise
                log.log(
                    level(error, began), "%s: cannot open a transaction yet: %r", self.name, error
                )
            finally:
                self._opening = None
            await backoff.wait()

    async def _final_offset(self, producer: AIOKafkaProducer) -> tuple[int, str]:
        """Committed offset and metadata, once no shared transaction can change them."""
        offset, metadata, name = await committed_offset(producer, self._group, self.source)
        # Only a transaction of the partition's own puts another name there: that is fenced now.
        if name and not self._shared.alive(name):
            await self._fencing.end(name)
            offset, metadata, name = await committed_offset(producer, self._group, self.source)
        self._shared_id = self._last_shared_id = name if self._shared.alive(name) else ""
        return offset, metadata

    async def _first_commit(self) -> int:
        """A partition without a committed offset gets one, so that each batch has a known start."""
        backoff, began = Backoff(), time.monotonic()
        while not self._closed:
            try:
                first = await self._first_offset(self.source)
                await self._transact(first, Outputs())
                if first:
                    log.warning(_NO_OFFSET, self.name, self._group, first)
                return first
            except TRANSACTION_ERRORS as error:
                text = "%s: cannot commit its first offset yet: %r"
                log.log(level(error, began), text, self.name, error)
                await backoff.wait()
                await self._open_producer()
                if self.committed >= 0:
                    return self.committed
        return -1

    def lose(self, why: str) -> None:
        """Give the partition back: the group has to rebalance."""
        log.warning("%s at offset %d: dropped, as it %s.", self.name, self.committed, why)
        self.state = "lost"

    async def _close_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await close_producer(producer)
