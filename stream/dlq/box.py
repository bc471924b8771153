"""The topic of dead letters, read as it stands now: committed records only, one after the other."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from sentiment.errors import TopicError
from sentiment.kafka_records import TolerantConsumer
from sentiment.settings import Settings
from sentiment.topics import DEAD_LETTERS
from stream.dlq.read_letter import Letter, read_letter
from stream.dlq.selection import Selection, Span, disjoint
from stream.kafka.lag import partitions_of

_POLL_MS = 100
_FETCH_WAIT_MS = 10
"""Everything to read is there already, and a fetch that waits at the end of one
partition delays the first fetch of the next."""
_SILENT_SECONDS = 30.0

Ends = dict[int, tuple[int, int]]
"""First offset that a partition holds and the offset after its last committed one."""


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, that sees what is committed.

    Raises:
        TopicError: Kafka does not answer, here or in what is done with the consumer.
    """
    consumer = TolerantConsumer(
        **settings.kafka_client,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_FETCH_WAIT_MS,
    )
    try:
        await consumer.start()
        yield consumer
    except (KafkaError, OSError) as error:
        raise TopicError(
            f"Kafka at {settings.kafka_brokers} does not answer as expected ({error!r}); "
            "start it, or set KAFKA_BROKERS."
        ) from error
    finally:
        await consumer.stop()


async def ends_of(consumer: AIOKafkaConsumer, topic: str) -> Ends:
    """What each partition of a topic holds now.

    Raises:
        TopicError: there is no such topic.
    """
    if topic not in await consumer.topics():
        raise TopicError(f"expected the topic {topic}, got none; run `badbuzz topics create`.")
    partitions = await partitions_of(consumer, topic)
    firsts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    return {place.partition: (firsts[place], ends[place]) for place in partitions}


async def letters(
    consumer: AIOKafkaConsumer, settings: Settings, selection: Selection
) -> AsyncIterator[Letter]:
    """The letters of a selection, by partition and offset. Those that come meanwhile are left out.

    Raises:
        TopicError: there is no such topic or partition.
    """
    topic = settings.topic(DEAD_LETTERS)
    ends = await ends_of(consumer, topic)
    if absent := sorted({span.partition for span in selection.spans} - ends.keys()):
        raise TopicError(
            f"expected a partition of {topic}, one of {', '.join(map(str, sorted(ends)))}, "
            f"got {', '.join(map(str, absent))}."
        )
    for span in disjoint(selection.spans, ends):
        async for record in records(consumer, topic, span):
            letter = read_letter(record)
            if selection.fits(letter):
                yield letter


async def records(
    consumer: AIOKafkaConsumer, topic: str, span: Span
) -> AsyncIterator[ConsumerRecord]:
    """The records of a partition, from the first to the last offset of a span, both included.

    `last` None reads the first alone.

    Raises:
        TopicError: Kafka brings nothing for 30 s.
    """
    place = TopicPartition(topic, span.partition)
    last = span.first if span.last is None else span.last
    consumer.assign([place])
    consumer.seek(place, span.first)
    moved, seen = time.monotonic(), span.first
    # Transaction markers move the position and bring no record.
    while (position := await consumer.position(place)) <= last:
        if position != seen:
            moved, seen = time.monotonic(), position
        elif time.monotonic() - moved > _SILENT_SECONDS:
            raise TopicError(
                f"expected {topic}[{span.partition}] from offset {position} on, got nothing for "
                f"{_SILENT_SECONDS:.0f} s; see whether the partition has a leader."
            )
        found = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=500)
        for record in found.get(place, ()):
            if record.offset > last:
                return
            yield record
