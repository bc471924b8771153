"""The brands that people muted on the page for a while: no notification is sent for them."""

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import aclosing, suppress
from datetime import UTC, datetime

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from sentiment.actions import BuzzAction
from sentiment.kafka_records import UnreadableRecord
from sentiment.settings import Settings
from sentiment.topics import ACTIONS
from sentiment.whole_topic import follow_whole_topic
from stream.kafka.backoff import Backoff

log = logging.getLogger(__name__)

_MOST_BRANDS = 10_000
_FRESH_SECONDS = 5.0
"""If the topic was not read to its end for so long, an alert waits until it is, ..."""
_MOST_WAIT_SECONDS = 30.0
"""... but no longer than this: an alert too many is better than one too few."""


class Mutes:
    """Follows `buzz.actions` from its beginning, without a group.

    Args:
        settings: of the process.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.topic(ACTIONS)
        self._brands: OrderedDict[str, tuple[datetime, datetime | None]] = OrderedDict()
        self._fresh_at = float("-inf")
        self._fresh = asyncio.Event()

    def until(self, brand: str) -> datetime | None:
        """Until when nothing about a brand is sent; None: all is."""
        _, until = self._brands.get(brand, (None, None))
        return until if until is not None and until > datetime.now(UTC) else None

    async def settled(self, brand: str) -> datetime | None:
        """The same, once all that people said until now is known."""
        if time.monotonic() - self._fresh_at > _FRESH_SECONDS:
            self._fresh.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._fresh.wait(), _MOST_WAIT_SECONDS)
        return self.until(brand)

    async def run(self) -> None:
        """Follow until cancelled; Kafka's faults are waited out."""
        backoff = Backoff()
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError) as error:
                log.warning("What is muted is not read now (%r); tried again.", error)
                await backoff.wait()

    def take(self, record: ConsumerRecord) -> None:
        """A record of the topic; one that cannot be read says nothing."""
        if isinstance(record, UnreadableRecord) or record.value is None:
            return
        try:
            action = BuzzAction.model_validate_json(record.value)
        except ValueError:
            log.error(
                "%s[%d] offset %d: no action; left out.",
                record.topic, record.partition, record.offset,
            )  # fmt: skip
            return
        if action.action not in ("mute", "unmute"):
            return
        at, _ = self._brands.get(action.brand, (action.at, None))
        if at <= action.at:
            until = action.until if action.action == "mute" else None
            self._brands[action.brand] = action.at, until
            self._brands.move_to_end(action.brand)
            if len(self._brands) > _MOST_BRANDS:
                self._brands.popitem(last=False)

    async def _follow(self) -> None:
        async with aclosing(follow_whole_topic(self._settings, self._topic)) as reads:
            async for read in reads:
                for record in read.records:
                    self.take(record)
                if read.known_until is not None:
                    self._fresh_at = read.known_until
                    self._fresh.set()
