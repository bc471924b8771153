"""Marks on dead letters: what was done with each. Kafka deletes no single record.

They stand in a compacted topic, under the letter's position, in the partition that Kafka's own
partitioner gives that key.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from aiokafka import AIOKafkaConsumer
from aiokafka.partitioner import murmur2
from pydantic import BaseModel, ValidationError

from sentiment.settings import Settings
from sentiment.topics import DEAD_LETTER_MARKS
from stream.dlq.box import Ends, ends_of, records
from stream.dlq.read_letter import Letter, Position
from stream.dlq.selection import disjoint, parse_span
from stream.transactions.outputs import Record


class Mark(BaseModel):
    """What was done with a letter.

    Attributes:
        failed_at: of the letter. A topic that was deleted and made again counts from 0: the
            letter that then stands at this position is another one.
    """

    state: Literal["redriven", "dropped"]
    at: datetime
    by: str
    failed_at: datetime


class Marks:
    """The marks that stand now.

    Args:
        partitions: number of partitions of the topic of marks.
    """

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._known: dict[Position, Mark] = {}

    def of(self, letter: Letter) -> Mark | None:
        """The mark of a letter, where it has one."""
        mark = self._known.get(letter.position)
        return mark if mark is not None and mark.failed_at == letter.failed_at else None

    def set(self, position: Position, mark: Mark | None) -> tuple[int, Record]:
        """Take note of a mark; None takes it off.

        Returns:
            the record to publish, and the partition that it goes to.
        """
        if mark is None:
            self._known.pop(position, None)
        else:
            self._known[position] = mark
        key = str(position).encode()
        value = None if mark is None else mark.model_dump_json().encode()
        partition = (murmur2(key) & 0x7FFFFFFF) % self._partitions
        return partition, Record(int(time.time() * 1000), key, value, [])

    def outlived(self, ends: Ends) -> Iterator[Position]:
        """The positions of marked letters that Kafka's retention has deleted."""
        for position in list(self._known):
            if position.offset < ends.get(position.partition, (0, 0))[0]:
                yield position


async def read_marks(consumer: AIOKafkaConsumer, settings: Settings) -> Marks:
    """All marks.

    Raises:
        TopicError: there is no such topic, or Kafka does not answer.
    """
    topic = settings.topic(DEAD_LETTER_MARKS)
    ends = await ends_of(consumer, topic)
    marks = Marks(len(ends))
    for span in disjoint((), ends):
        async for record in records(consumer, topic, span):
            position = _position(record.key)
            if position is not None:
                marks.set(position, _mark(record.value))
    return marks


def _position(key: bytes | None) -> Position | None:
    try:
        return parse_span((key or b"").decode()).single
    except ValueError:
        return None


def _mark(value: bytes | None) -> Mark | None:
    try:
        return None if value is None else Mark.model_validate_json(value)
    except ValidationError:
        return None
