"""A Kafka consumer that no record can end, and no batch can fill the memory of.

aiokafka decodes the names of headers before anybody can catch: one that is not UTF-8 raises out of
`getmany`, again and again, as the position stays before it. And it unpacks a batch at once: a few
kilobytes on the wire may be gigabytes.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from struct import unpack_from
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.memory_records import MemoryRecords

from sentiment import unpacking
from sentiment.record_format import FormatError, WireRecord, read_batch

_BATCH_LENGTH, _BEFORE_LENGTH_ENDS = 8, 12
_MAGIC, _FORMAT_2 = 16, 2
_MOST_UNPACKED_BYTES = 32 << 20
"""A batch that unpacks to more is read record by record, which is slower and takes no memory."""
_MOST_TAKEN_BYTES = 8 << 20
_DECODERS = {
    "gzip_decode": unpacking.GZIP,
    "snappy_decode": unpacking.SNAPPY,
    "lz4_decode": unpacking.LZ4,
    "zstd_decode": unpacking.ZSTD,
}


@dataclass
class UnreadableRecord(ConsumerRecord):
    """A record that cannot be read as it was meant.

    It has its position, and key, value and headers as far as they could be read; names of headers
    that are not UTF-8 have `\\xe9` for each byte that is not. A batch that cannot be unpacked is
    one record at the batch's last offset, with the batch's bytes as its value.

    Attributes:
        reason: what is wrong with it.
    """

    reason: str = ""


class TolerantConsumer(AIOKafkaConsumer):
    """aiokafka's consumer, with an `UnreadableRecord` in place of an error about one record.

    The first one changes how all aiokafka consumers of the process read: aiokafka has no other
    place for it.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        read_tolerantly()
        super().__init__(*topics, **options)

    async def stop(self) -> None:
        """Close the consumer.

        While Kafka is away, aiokafka cancels a fetch that waits to be repeated, and lets that
        cancellation out: it would end the caller as if the caller itself had been cancelled.
        """
        try:
            await super().stop()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            await self._client.close()


def read_tolerantly() -> None:
    """Let each consumer of this process hand out what it cannot decode as `UnreadableRecord`."""
    fetcher.MemoryRecords = _TolerantAnswer
    fetcher.PartitionRecords = _TolerantPartition
    fetcher.FetchResult = _BoundedResult
    decoders = sys.modules[DefaultRecordBatch.__module__]
    for name, kind in _DECODERS.items():
        setattr(decoders, name, partial(_unpack, kind))


def _unpack(kind: int, payload: bytes) -> bytes:
    return unpacking.unpack(kind, bytes(payload), _MOST_UNPACKED_BYTES)


class _BoundedResult(FetchResult):
    """Hands out no more records at a time than a number of bytes, at least one."""

    def getall(self, max_records: int | None = None) -> list[ConsumerRecord]:
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        taken: list[ConsumerRecord] = []
        size = 0
        records: Any = self._partition_records
        for record in records:
            taken.append(record)
            size += record.serialized_value_size + record.serialized_key_size
            if size >= _MOST_TAKEN_BYTES or len(taken) == max_records:
                self._update_position()
                break
        else:
            self._update_position()
            self._partition_records: Any = None
        return taken


class _TolerantAnswer:
    """What a fetch brought of one partition, as aiokafka's `MemoryRecords`."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._batches = MemoryRecords(answer)
        self._position = 0
        self.has_next = self._batches.has_next
        self.size_in_bytes = self._batches.size_in_bytes

    def next_batch(self) -> "_TolerantBatch":
        start = self._position
        (length,) = unpack_from(">i", self._answer, start + _BATCH_LENGTH)
        self._position = start + _BEFORE_LENGTH_ENDS + length
        return _TolerantBatch(self._batches.next_batch(), self._answer, start, self._position)


class _TolerantBatch:
    """A batch as aiokafka reads it, and from the first record that it cannot read on as we do."""

    def __init__(self, batch: Any, answer: bytes, start: int, end: int) -> None:
        self._batch = batch
        self._answer, self._start, self._end = answer, start, end

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        done, before, end = 0, -1, self._batch.next_offset
        try:
            for record in self._batch:
                # No broker checks it, and the consumer would continue from there.
                if not before < record.offset < end:
                    raise FormatError(f"expected an offset after {before}, before {end}")
                yield record
                done, before = done + 1, record.offset
            return
        except Exception as error:  # noqa: BLE001 - codecs, decoders, aiokafka: each has its own
            reason = f"its batch cannot be read: {error!r}"
        raw = self._answer[self._start : self._end]
        if raw[_MAGIC] >= _FORMAT_2:
            yield from read_batch(raw, skip=done)
        else:
            yield WireRecord(end - 1, -1, 0, value=raw, unreadable=reason)


class _TolerantPartition(PartitionRecords):
    def _consumer_record(self, tp: TopicPartition, record: Any) -> ConsumerRecord:
        read = super()._consumer_record(tp, record)
        if type(record) is not WireRecord or record.unreadable is None:
            return read
        return UnreadableRecord(**vars(read), reason=record.unreadable)
