"""Follows topics without a group: from shortly before now, through broker restarts, endlessly."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from sentiment.errors import TopicError
from sentiment.kafka_records import TolerantConsumer, UnreadableRecord
from sentiment.settings import Settings

log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 5.0
_POLL_MS = 500
_RECORDS = 2_000
_AT_ONCE = 200
_TELL_SECONDS = 1.0
_METADATA_MS = 15_000
"""How often the consumer asks for the partitions there are: those that were added are read then."""

OnRecord = Callable[[ConsumerRecord], None]


@dataclass(frozen=True)
class Start:
    """How far before the end of a topic to begin.

    Attributes:
        newest: at most this many records of each partition.
        seconds: and no record older than this; None: of any age.
    """

    newest: int
    seconds: float | None = None


class Reader:
    """Reads committed records of some topics and passes each on once.

    Whatever is wrong with a record costs that record alone: it is skipped and counted.

    Args:
        settings: name the brokers.
        starts: where to begin, by full topic name.
        on_record: called with each record on the event loop; never with a tombstone. What it
            raises means that the record cannot be read.
        records: counts records by topic and outcome, `read` or `unreadable`.
    """

    def __init__(
        self,
        settings: Settings,
        starts: Mapping[str, Start],
        on_record: OnRecord,
        records: Counter,
    ) -> None:
        self._settings = settings
        self._starts = starts
        self._on_record = on_record
        self._read = {topic: records.labels(topic, "read") for topic in starts}
        self._unreadable = {topic: records.labels(topic, "unreadable") for topic in starts}
        self._told_at = float("-inf")
        self._positions: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self.following = False

    async def run(self) -> None:
        """Follow until cancelled; trouble with Kafka is logged once and retried."""
        wait = 0.5
        while True:
            try:
                await self._follow()
            except (KafkaError, TopicError, OSError) as error:
                if self.following or wait == 0.5:
                    log.warning("Reading %s stopped: %r; it is retried.", self._names(), error)
                wait = 0.5 if self.following else min(wait * 2, _LONGEST_WAIT_SECONDS)
                self.following = False
            await asyncio.sleep(wait)

    async def _follow(self) -> None:
        consumer = TolerantConsumer(
            **self._settings.kafka_client,
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="latest",
            request_timeout_ms=10_000,
            retry_backoff_ms=500,
            metadata_max_age_ms=_METADATA_MS,
        )
        try:
            await consumer.start()
            await self._place(consumer, await _partitions(self._settings, list(self._starts)))
            self.following = True
            log.info("Reading %s.", self._names())
            while True:
                await self._hand_on(consumer)
                if added := self._added(consumer):
                    await self._place(consumer, [*consumer.assignment(), *added])
                    log.info("Reading %s, partitions that were added.", added)
        finally:
            await consumer.stop()

    def _added(self, consumer: Any) -> set[TopicPartition]:
        """Partitions that the consumer has heard of and does not read yet."""
        known = {
            TopicPartition(topic, number)
            for topic in self._starts
            for number in consumer.partitions_for_topic(topic) or ()
        }
        return known.difference(consumer.assignment())

    async def _place(self, consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        """Read these partitions, each from where it was left or else from its beginning."""
        new = [one for one in partitions if one not in self._positions]
        self._positions |= await self._beginnings(consumer, new)
        # An assignment forgets all positions: nothing may be fetched before they are set.
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, self._positions[partition])

    async def _beginnings(
        self, consumer: Any, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, int]:
        if not partitions:
            return {}
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        now = time.time()
        ages = {one: self._starts[one.topic].seconds for one in partitions}
        times = {one: int((now - age) * 1_000) for one, age in ages.items() if age is not None}
        young = await consumer.offsets_for_times(times) if times else {}
        found = {}
        for one in partitions:
            first = max(firsts[one], ends[one] - self._starts[one.topic].newest)
            if one in times:
                first = max(first, young[one].offset if young.get(one) else ends[one])
            found[one] = first
        self._ends |= ends
        return found

    def is_new(self, record: ConsumerRecord) -> bool:
        """Whether a record was written after the reading of its partition began."""
        end = self._ends.get(TopicPartition(record.topic, record.partition), 0)
        return bool(record.offset >= end)

    async def _hand_on(self, consumer: Any) -> None:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS)
        for partition, records in batches.items():
            self._positions[partition] = records[-1].offset + 1
            for number, record in enumerate(records, 1):
                self.hand_on(record)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # requests come first

    def hand_on(self, record: ConsumerRecord) -> None:
        """One record; it is skipped and counted if it cannot be read."""
        if record.value is None:
            return  # a tombstone: nothing is there
        try:
            if isinstance(record, UnreadableRecord):
                raise ValueError(record.reason)
            self._on_record(record)
        except Exception as error:  # noqa: BLE001 - whoever writes to the topic chooses which
            self._unreadable[record.topic].inc()
            self._tell(record, error)
        else:
            self._read[record.topic].inc()

    def _tell(self, record: ConsumerRecord, error: Exception) -> None:
        """At most one line a second: whoever writes to the topic chooses how many there are."""
        if time.monotonic() - self._told_at < _TELL_SECONDS:
            return
        self._told_at = time.monotonic()
        place = (record.topic, record.partition, record.offset)
        # Its message may hold a text of somebody's.
        log.warning("%s[%d] offset %d: skipped, %s.", *place, type(error).__name__)

    def _names(self) -> str:
        return ", ".join(self._starts)


async def _partitions(settings: Settings, topics: list[str]) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(**settings.kafka_client, request_timeout_ms=10_000)
    try:
        await admin.start()
        found = await admin.describe_topics(topics)
    finally:
        await admin.close()
    missing = sorted(one["topic"] for one in found if one["error_code"] or not one["partitions"])
    if missing:
        raise TopicError(
            f"expected the topics {', '.join(topics)}, got none named {', '.join(missing)}; "
            "run `badbuzz topics create`."
        )
    return [
        TopicPartition(one["topic"], partition["partition"])
        for one in found
        for partition in one["partitions"]
    ]
