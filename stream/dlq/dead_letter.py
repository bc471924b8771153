"""Dead letters: records that cannot be scored, kept as they came, with the reason beside them."""

import hashlib
import time
from collections.abc import Sequence
from typing import Literal

from aiokafka import ConsumerRecord
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from sentiment.errors import BadMessageError
from stream.transactions.outputs import Headers, Record

Stage = Literal["read", "score", "publish"]

PREFIX = "badbuzz."
REASON = "badbuzz.reason"
DETAIL = "badbuzz.detail"
STAGE = "badbuzz.stage"
TOPIC = "badbuzz.source.topic"
PARTITION = "badbuzz.source.partition"
OFFSET = "badbuzz.source.offset"
TIMESTAMP = "badbuzz.source.timestamp"
FAILED_AT = "badbuzz.failed_at"
HISTORY = "badbuzz.history"
SIZE = "badbuzz.size"
SHA256 = "badbuzz.sha256"

_HEAD_BYTES = 16_384
_HISTORY_BYTES = 16_384
_DETAIL_BYTES = 500
_BATCH_OVERHEAD = 128


def dead_letter(record: ConsumerRecord, stage: Stage, error: Exception, max_bytes: int) -> Record:
    """The record as it came, its reason, stage, position and time in the headers.

    What does not fit into `max_bytes` goes as its head, with its history, size and digest; its
    position says where the whole of it stands.
    """
    headers = [*record.headers, *_headers(record, stage, error)]
    whole = Record(record.timestamp, record.key, record.value, headers)
    if size_of(whole) <= max_bytes:
        return whole
    value = record.value or b""
    facts = [
        (SIZE, str(len(value)).encode()),
        (SHA256, hashlib.sha256(value).hexdigest().encode()),
    ]
    key = record.key if len(record.key or b"") <= _HEAD_BYTES else None
    kept = [*_history(record), *_headers(record, stage, error), *facts]
    return Record(record.timestamp, key, value[:_HEAD_BYTES], kept)


def split_headers(headers: Sequence[tuple[str, bytes]]) -> tuple[Headers, dict[str, bytes]]:
    """The headers that a record came with, and those that `dead_letter` put behind them.

    A record may have come with headers of the same names, where somebody copied a dead letter.
    """
    names = [name for name, _ in headers]
    ours = len(names) - names[::-1].index(REASON) - 1 if REASON in names else len(names)
    return list(headers[:ours]), dict(headers[ours:])


def detached(error: Exception) -> Exception:
    """An error without its traceback, to be kept beside the record.

    A traceback holds the frame in which the record stands, and that frame the error: the memory of
    a whole batch would wait for the garbage collector, which runs rarely here.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


def reason_of(error: Exception) -> str:
    """One word for the metric and the header. An unexpected error counts as one of scoring."""
    return error.reason if isinstance(error, BadMessageError) else "score"


def size_of(record: Record) -> int:
    """Bytes of a record in a batch of its own."""
    size: int = DefaultRecordBatchBuilder.estimate_size_in_bytes(
        record.key, record.value, record.headers
    )
    return size + _BATCH_OVERHEAD


def _history(record: ConsumerRecord) -> Headers:
    return [
        (name, value)
        for name, value in record.headers
        if name == HISTORY and len(value or b"") <= _HISTORY_BYTES
    ][-1:]


def _headers(record: ConsumerRecord, stage: Stage, error: Exception) -> Headers:
    detail = error.detail if isinstance(error, BadMessageError) else repr(error)
    return [
        (REASON, reason_of(error).encode()),
        (DETAIL, detail.encode(errors="backslashreplace")[:_DETAIL_BYTES]),
        (STAGE, stage.encode()),
        (TOPIC, record.topic.encode()),
        (PARTITION, str(record.partition).encode()),
        (OFFSET, str(record.offset).encode()),
        (TIMESTAMP, str(record.timestamp).encode()),
        (FAILED_AT, str(int(time.time() * 1000)).encode()),
    ]
