"""A dead letter as it is read from its topic."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import ConsumerRecord

from stream.dlq import dead_letter
from stream.dlq.dead_letter import split_headers
from stream.dlq.history import Passage, history_of
from stream.transactions.outputs import Headers

UNKNOWN = "unknown"
_NUMBER = re.compile(r"[0-9]{1,18}")


class Position(NamedTuple):
    """Where a letter stands in the topic of dead letters. Written `partition:offset`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


class Source(NamedTuple):
    """Where a record stood that could not be scored."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter.

    Attributes:
        timestamp: of the record as it came, in milliseconds since 1970.
        headers: those of the record as it came; a truncated letter has only its history.
        reason: one of `stream.dlq.dead_letter.Reason`; `unknown` where something else wrote it.
        source: None where something else wrote it.
        size: of the whole value in bytes, where `value` is only its head.
        sha256: of the whole value, where `value` is only its head.
    """

    position: Position
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    reason: str
    stage: str
    detail: str
    failed_at: datetime
    source: Source | None
    size: int | None
    sha256: str | None

    @property
    def history(self) -> list[Passage]:
        """The times that it was sent again before it failed this time."""
        return history_of(self.headers)


def read_letter(record: ConsumerRecord) -> Letter:
    """A record of the topic as a letter. Whatever stands there can be read."""
    own, ours = split_headers(record.headers)
    facts = {name: (value or b"").decode(errors="backslashreplace") for name, value in ours.items()}
    return Letter(
        Position(record.partition, record.offset),
        _number(facts.get(dead_letter.TIMESTAMP)) or record.timestamp,
        record.key,
        record.value,
        own,
        facts.get(dead_letter.REASON) or UNKNOWN,
        facts.get(dead_letter.STAGE, ""),
        facts.get(dead_letter.DETAIL, ""),
        _moment(_number(facts.get(dead_letter.FAILED_AT)), record.timestamp),
        _source(facts),
        _number(facts.get(dead_letter.SIZE)),
        facts.get(dead_letter.SHA256),
    )


def _source(facts: dict[str, str]) -> Source | None:
    topic = facts.get(dead_letter.TOPIC)
    partition = _number(facts.get(dead_letter.PARTITION))
    offset = _number(facts.get(dead_letter.OFFSET))
    if not topic or partition is None or offset is None:
        return None
    return Source(topic, partition, offset)


def _number(text: str | None) -> int | None:
    """A whole number of 64 bits, or None: a header may hold thousands of digits."""
    return int(text) if text and _NUMBER.fullmatch(text) else None


def _moment(milliseconds: int | None, otherwise: int) -> datetime:
    stamp = otherwise if milliseconds is None else milliseconds
    try:
        return datetime.fromtimestamp(stamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the calendar
        return datetime.fromtimestamp(0, UTC)
