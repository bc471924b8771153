"""How far the workers are, asked of Kafka: what their group has committed, and who is in it.

It works for any number of workers and needs nothing of them: no address, no further service.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from api.live.late import LateMentions
from api.live.waiting import Waiting
from api.settings import ApiSettings
from sentiment.coordinators import level
from sentiment.kafka_records import TolerantConsumer
from sentiment.late_mentions import read_late
from sentiment.topics import MENTIONS, TWEETS

log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 10.0
_REQUEST_MS = 10_000
_POLL_MS = 2_000
_LOG_APPEND_TIME = 1
_NOBODY = ("Empty", "Dead")


class Progress:
    """The workers' progress through `tweets` and `brand.mentions`.

    Args:
        settings: name brokers, topics and the workers' group.

    Attributes:
        waiting: what the group has not committed yet.
        late: mentions that came too late.
        workers: whether anybody is in the group; None: not known yet.
        checked_at: when Kafka told last, in seconds since 1970; None: never.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._interval = min(5.0, settings.api_blind_seconds / 4)
        self.topics = (settings.topic(TWEETS), settings.topic(MENTIONS))
        self.waiting = Waiting()
        self.late = LateMentions()
        self.workers: bool | None = None
        self.checked_at: float | None = None
        self._asked_at = float("-inf")

    async def run(self) -> None:
        """Ask every few seconds until cancelled; faults are waited out."""
        wait, began = 1.0, time.monotonic()
        while True:
            try:
                await self._ask_on()
            except Exception as error:  # noqa: BLE001 - whatever it is, the page then says unknown
                began = max(began, self._asked_at)
                text = "The workers' progress is not known now: %r; it is retried."
                log.log(level(error, began), text, error)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    async def _ask_on(self) -> None:
        client = self._settings.kafka_client
        admin = AIOKafkaAdminClient(**client, request_timeout_ms=_REQUEST_MS)
        consumer = TolerantConsumer(
            **client,
            group_id=None,
            enable_auto_commit=False,
            # To the last record, not the last stable one: what an open transaction holds, waits.
            isolation_level="read_uncommitted",
            request_timeout_ms=_REQUEST_MS,
        )
        try:
            await admin.start()
            await consumer.start()
            while True:
                await self._ask(admin, consumer)
                await asyncio.sleep(self._interval)
        finally:
            await consumer.stop()
            await admin.close()

    async def _ask(self, admin: Any, consumer: Any) -> None:
        group = self._settings.group
        now = time.time()
        committed = await admin.list_consumer_group_offsets(group)
        sources = _partitions(await admin.describe_topics(list(self.topics)))
        firsts = await consumer.beginning_offsets(sources)
        ends = await consumer.end_offsets(sources)
        for source in sources:
            done = committed[source].offset if source in committed else -1
            done = max(done, firsts[source])
            at = now
            if ends[source] > done and not self.waiting.knows(source):
                at = await _arrival(consumer, source, done) or now
            self.waiting.see(source, done, ends[source], at)
        told = [
            read_late(committed[source].metadata)
            for source in sources
            if source in committed and source.topic == self.topics[1]
        ]
        self.late.see(sum(late or 0 for late in told), now)
        self.workers = await _has_members(admin, group)
        self.checked_at = now
        self._asked_at = time.monotonic()


def _partitions(topics: Sequence[Any]) -> list[TopicPartition]:
    """All partitions of some topics.

    Raises:
        KafkaError: a topic is missing.
    """
    for topic in topics:
        if topic["error_code"]:
            raise for_code(topic["error_code"])(topic["topic"])
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in topics
        for partition in topic["partitions"]
    ]


async def _has_members(admin: Any, group: str) -> bool:
    [answer] = await admin.describe_consumer_groups([group])
    code, _, state, *_ = answer.groups[0]
    if code:
        raise for_code(code)(group)
    return state not in _NOBODY


async def _arrival(consumer: Any, source: TopicPartition, offset: int) -> float | None:
    """When the broker took the record at an offset; None: producers set the topic's times."""
    consumer.assign([source])
    consumer.seek(source, offset)
    found = await consumer.getmany(source, timeout_ms=_POLL_MS, max_records=1)
    records: list[ConsumerRecord] = found.get(source, [])
    consumer.unsubscribe()
    if records and records[0].timestamp_type == _LOG_APPEND_TIME:
        return float(records[0].timestamp / 1_000)
    return None
