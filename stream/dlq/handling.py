"""Carries out the desk's decisions: each letter's record and its mark in one transaction."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import InvalidProducerEpoch, KafkaError, ProducerFenced
from aiokafka.structs import RecordMetadata

from sentiment.errors import DeadLetterError
from sentiment.topics import ALL, DEAD_LETTERS
from stream.dlq.box import ends_of, letters, reader
from stream.dlq.desk import Desk, Order, Outcome
from stream.dlq.marks import read_marks
from stream.dlq.redrive import Redriver
from stream.kafka.backoff import Backoff
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs
from stream.transactions.producer import transactional_producer
from stream.transactions.recovery import TransactionRecovery
from stream.transactions.transact import send_all

_VISIBLE_SECONDS = 5.0
_FENCED = (ProducerFenced, InvalidProducerEpoch)
_TAKEN_OVER = (
    "another `badbuzz dlq` started meanwhile and stopped this one; what this one has not "
    "reported is not done. Run it again once the other has ended."
)


async def handle(
    settings: StreamSettings, order: Order, dry_run: bool = False
) -> AsyncIterator[Outcome]:
    """Redrive or drop letters, and report each once it is committed.

    Only one process at a time can: a later one fences an earlier one before it reads the marks, so
    that no letter goes out twice.

    Args:
        settings: of the installation.
        order: what to do.
        dry_run: publish nothing and fence nobody; report what would happen to each.

    Raises:
        DeadLetterError: another process took over.
        TopicError: a topic is missing, or Kafka does not answer.
    """
    async with (
        reader(settings) as consumer,
        reader(settings) as sources,
        _fencing(settings, dry_run) as producer,
    ):
        marks = await read_marks(consumer, settings)
        desk = Desk(settings, order, marks, Redriver(settings, sources, order.by))
        ends = await ends_of(consumer, settings.topic(DEAD_LETTERS))
        selected = letters(consumer, settings, order.selection)
        written: list[RecordMetadata] = []
        async for chunk in desk.chunks(selected, ends):
            if producer is not None:
                written = await _commit(producer, chunk.outputs) or written
            for outcome in chunk.outcomes:
                yield outcome
        await _until_readable(consumer, written)


@asynccontextmanager
async def _fencing(
    settings: StreamSettings, dry_run: bool
) -> AsyncIterator[AIOKafkaProducer | None]:
    """A producer that fences all earlier ones of its kind; what they left open is settled."""
    if dry_run:
        yield None
        return
    producer = await _settled(settings)
    try:
        yield producer
    finally:
        await _leave(producer)


async def _leave(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError):  # it has nothing left to send
        await producer.stop()


async def _settled(settings: StreamSettings) -> AIOKafkaProducer:
    """A started producer; tries again while Kafka cannot tell how the last transaction ended."""
    name = f"{settings.group}-{settings.topic(DEAD_LETTERS)}"
    topics = [settings.topic(base) for base in ALL if base != DEAD_LETTERS]
    recovery, backoff = TransactionRecovery("", topics), Backoff()
    until = time.monotonic() + settings.transaction_seconds
    while True:
        producer = transactional_producer(settings, name)
        try:
            await recovery.start(producer)
            return producer
        except _FENCED as error:  # a later one goes on: to try again would fence it
            await _leave(producer)
            raise DeadLetterError(_TAKEN_OVER) from error
        except (KafkaError, OSError):
            await _leave(producer)
            if time.monotonic() > until:
                raise
        await backoff.wait()


async def _commit(producer: AIOKafkaProducer, outputs: Outputs) -> list[RecordMetadata]:
    if not outputs.records:
        return []
    try:
        async with producer.transaction():
            return await asyncio.gather(*await send_all(producer, outputs))
    except _FENCED as error:
        raise DeadLetterError(_TAKEN_OVER) from error


async def _until_readable(consumer: AIOKafkaConsumer, written: list[RecordMetadata]) -> None:
    """Wait for the last transaction, and so for all: one ends before the next begins.

    Kafka answers a commit before its readers see it, and `badbuzz dlq ls` may come right after.
    """
    backoff = Backoff(longest=0.1)
    with suppress(TimeoutError, KafkaError, OSError):
        async with asyncio.timeout(_VISIBLE_SECONDS):
            for one in written:
                source = one.topic_partition
                while (await consumer.end_offsets([source]))[source] <= one.offset:
                    await backoff.wait()
