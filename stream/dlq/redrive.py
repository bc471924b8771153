"""What is published when a dead letter goes back to where it came from."""

import hashlib
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from sentiment.errors import DeadLetterError
from sentiment.settings import Settings
from sentiment.topics import ALL, DEAD_LETTER_MARKS, DEAD_LETTERS
from stream.dlq.box import Ends, ends_of, records
from stream.dlq.dead_letter import size_of
from stream.dlq.history import Passage, with_passage
from stream.dlq.read_letter import Letter, Source
from stream.dlq.selection import Span
from stream.transactions.outputs import Record


class Redriver:
    """Makes a letter into the record that it was, with one more passage in its history.

    Args:
        settings: names the topics; letters go to those of this installation alone.
        consumer: reads the topics that letters came from; nothing else may use it meanwhile.
        by: who sends the letters again.
    """

    def __init__(self, settings: Settings, consumer: AIOKafkaConsumer, by: str) -> None:
        self._settings = settings
        self._consumer = consumer
        self._by = by
        self._box = settings.topic(DEAD_LETTERS)
        closed = (DEAD_LETTERS, DEAD_LETTER_MARKS)
        self._open_topics = {settings.topic(name) for name in ALL if name not in closed}
        self._ends: dict[str, Ends] = {}

    async def record(self, letter: Letter, at: datetime) -> tuple[Source, Record]:
        """The record to publish, and where it came from: its topic and partition are the target.

        Raises:
            DeadLetterError: it cannot be sent again, and why.
            TopicError: Kafka does not answer.
        """
        source, ends = await self._target(letter)
        whole = letter if letter.sha256 is None else await self._whole(letter, source, ends)
        passage = Passage(at=at, by=self._by, letter=f"{self._box}:{letter.position}",
                          reason=letter.reason)  # fmt: skip
        headers = with_passage(list(whole.headers), passage)
        record = Record(self._timestamp(whole.timestamp, at), whole.key, whole.value, headers)
        if size_of(record) > self._settings.max_message_bytes:
            raise DeadLetterError(
                f"expected at most {self._settings.max_message_bytes} bytes with its history, got "
                f"{size_of(record)}; raise max.message.bytes of {source.topic} and "
                "BADBUZZ_MAX_MESSAGE_BYTES."
            )
        return source, record

    def _timestamp(self, came: int, now: datetime) -> int:
        """The record's own, unless Kafka's retention might delete so old a record unread."""
        latest = int(now.timestamp() * 1000)
        oldest = latest - int(self._settings.retention_hours * 3_600_000 / 2)
        return came if oldest <= came <= latest else latest

    async def _target(self, letter: Letter) -> tuple[Source, Ends]:
        source = letter.source
        if source is None:
            raise DeadLetterError(
                "expected headers that say where it came from, got none: badbuzz did not write "
                "it; drop it, or publish it by hand."
            )
        if source.topic not in self._open_topics:
            raise DeadLetterError(
                f"expected a letter from a topic of this installation, got one from "
                f"{source.topic}; set BADBUZZ_TOPIC_PREFIX to that of its installation."
            )
        if source.topic not in self._ends:
            self._ends[source.topic] = await ends_of(self._consumer, source.topic)
        ends = self._ends[source.topic]
        if source.partition not in ends:
            raise DeadLetterError(
                f"expected partition {source.partition} of {source.topic}, got a topic of "
                f"{len(ends)} partitions: it was deleted and made "
                "again; publish the letter by hand."
            )
        return source, ends

    async def _whole(self, letter: Letter, source: Source, ends: Ends) -> ConsumerRecord:
        """The record at the source of a letter that carries only the head of it."""
        first, _ = ends[source.partition]
        found = None
        if source.offset >= first:
            span = Span(source.partition, source.offset, source.offset)
            async for record in records(self._consumer, source.topic, span):
                found = record
        if found is None:
            raise DeadLetterError(
                f"the letter is only the first {len(letter.value or b'')} of {letter.size} bytes, "
                f"and Kafka no longer has the rest: expected it at {source}, "
                f"{source.topic}[{source.partition}] starts at {first}; have its producer send it "
                "again, then drop the letter."
            )
        if hashlib.sha256(found.value or b"").hexdigest() != letter.sha256:
            raise DeadLetterError(
                f"the letter is only the head of its record, and {source} holds another record by "
                "now: the topic was deleted and made again; have its producer send it again, then "
                "drop it."
            )
        return found
