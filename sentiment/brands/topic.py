"""The topic `brands`: read from its beginning and followed, and written a brand at a time."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from sentiment.brands.record import Brand, read_brand
from sentiment.errors import BrokerError
from sentiment.kafka_records import UnreadableRecord
from sentiment.settings import Settings
from sentiment.topics import BRANDS
from sentiment.whole_topic import follow_whole_topic

log = logging.getLogger(__name__)

_REQUEST_MS = 5_000
_PATIENCE_SECONDS = 15.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 5.0

Brands = Mapping[str, Brand]
"""Brands by the key of their record."""


class BrandTable:
    """The brands of the records read so far, the last of each key.

    A record that cannot be read is skipped: its brand stays as it was.

    Args:
        most: brands that are taken; those beyond are skipped.
        skipped: called for each record that is skipped.
    """

    def __init__(self, most: int, skipped: Callable[[], object]) -> None:
        self.brands: dict[str, Brand] = {}
        self._most = most
        self._skipped = skipped

    def apply(self, record: ConsumerRecord) -> None:
        """Take one record."""
        try:
            if isinstance(record, UnreadableRecord):
                raise ValueError(record.reason)
            if record.value is None:
                self.brands.pop((record.key or b"").decode(), None)
                return
            brand = read_brand(record.key, record.value)
            if brand.key not in self.brands and len(self.brands) >= self._most:
                raise ValueError(
                    f"there are {self._most} brands already; raise BADBUZZ_BRANDS_MOST"
                )
            self.brands[brand.key] = brand
        except Exception as error:  # noqa: BLE001 - whoever writes to the topic chooses which
            self._skipped()
            place = (record.topic, record.partition, record.offset)
            log.error("%s[%d] offset %d: skipped a brand: %.200r", *place, str(error))


async def read_brands(settings: Settings, skipped: Callable[[], object] = lambda: None) -> Brands:
    """The brands on the topic now.

    Raises:
        BrokerError: Kafka does not answer, or the topic is missing.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async with aclosing(_states(settings, skipped)) as found:
                return await anext(found)
    except (KafkaError, OSError, TimeoutError) as error:
        raise _unanswered(settings, error) from error


async def follow_brands(
    settings: Settings,
    on_change: Callable[[Brands], Awaitable[None]],
    skipped: Callable[[], object] = lambda: None,
) -> None:
    """Hand on the brands once they are read, and at each change, until cancelled.

    Trouble with Kafka is logged once and waited out; the topic is then read from its beginning.
    """
    wait = _FIRST_WAIT_SECONDS
    while True:
        try:
            async with aclosing(_states(settings, skipped)) as found:
                async for brands in found:
                    wait = _FIRST_WAIT_SECONDS
                    await on_change(brands)
        except (KafkaError, OSError) as error:
            if wait == _FIRST_WAIT_SECONDS:
                log.warning("Cannot read the brands now: %r; it is retried.", error)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


async def write_brand(settings: Settings, brand: Brand) -> None:
    """Add a brand, or put it in the place of the one of its name.

    Raises:
        BrokerError: Kafka did not acknowledge it.
    """
    value = brand.model_dump_json(exclude_none=True).encode()
    await _write(settings, brand.key, value)


async def remove_brand(settings: Settings, key: str) -> None:
    """Remove a brand.

    Raises:
        BrokerError: Kafka did not acknowledge it.
    """
    await _write(settings, key, None)


async def _states(
    settings: Settings, skipped: Callable[[], object]
) -> AsyncGenerator[Brands, None]:
    """All brands once the present end is reached, and again after each change."""
    table = BrandTable(settings.brands_most, skipped)
    changed = True
    async with aclosing(follow_whole_topic(settings, settings.topic(BRANDS))) as reads:
        async for read in reads:
            for record in read.records:
                table.apply(record)
                changed = True
            if changed and read.known_until is not None:
                changed = False
                yield dict(table.brands)


async def _write(settings: Settings, key: str, value: bytes | None) -> None:
    producer = AIOKafkaProducer(
        **settings.kafka_client,
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=_REQUEST_MS,
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await producer.start()
            await producer.send_and_wait(settings.topic(BRANDS), value, key.encode())
    except (KafkaError, OSError, TimeoutError) as error:
        raise _unanswered(settings, error) from error
    finally:
        await producer.stop()


def _unanswered(settings: Settings, error: BaseException) -> BrokerError:
    topic = settings.topic(BRANDS)
    if isinstance(error, UnknownTopicOrPartitionError):
        return BrokerError(f"the topic {topic} is missing; run `badbuzz topics create`.")
    return BrokerError(
        f"Kafka at {settings.kafka_brokers} did not answer about the topic {topic} ({error!r}); "
        "start it, or set KAFKA_BROKERS."
    )
