"""Follows `brand.mentions` and `brand.hours`, and keeps what they say."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiokafka import ConsumerRecord

from api.mentions.read import read_kept
from api.mentions.store import Counted, Store
from api.metrics import Metrics
from api.reader import Reader, Start
from api.settings import ApiSettings
from sentiment.brands.past import is_past
from sentiment.hours import BrandHour
from sentiment.prevalence import bin_of
from sentiment.topics import HOURS, MENTIONS

T = TypeVar("T")

_FLUSH_SECONDS = 0.3
_MOST_WAITING = 5_000
_HOURS_OF_MONTHS = 100_000


class MentionKeeper:
    """What was said of brands, read back at the start and followed since.

    Args:
        settings: how much is kept.
        metrics: count records.
        prior: the share of negatives that a version is calibrated for, if known.
    """

    def __init__(
        self, settings: ApiSettings, metrics: Metrics, prior: Callable[[str], float | None]
    ) -> None:
        self._prior = prior
        self._most_bytes = settings.api_live_record_bytes
        self._most_chars = settings.max_text_chars
        self._mentions_topic = settings.topic(MENTIONS)
        self._waiting: list[Counted] = []
        self._hours: list[BrandHour] = []
        self._thread = ThreadPoolExecutor(1, "mentions")
        self.store = Store(
            settings.api_kept_tweets, settings.api_kept_minutes, settings.api_kept_brands
        )
        starts = {
            self._mentions_topic: Start(settings.api_kept_tweets),
            settings.topic(HOURS): Start(_HOURS_OF_MONTHS, settings.alert_days * 86_400),
        }
        self.reader = Reader(settings, starts, self.read, metrics.live_records)

    def read(self, record: ConsumerRecord) -> None:
        """A record of one of the topics.

        Raises:
            ValueError: it is too large, or not what belongs there.
        """
        if record.topic == self._mentions_topic and is_past(record):
            return  # what a worker is to know of a brand: nothing was said
        if len(record.value) > self._most_bytes:
            raise ValueError(f"expected at most {self._most_bytes} bytes")
        if record.topic != self._mentions_topic:
            self._hours.append(BrandHour.model_validate_json(record.value))
        else:
            now = int(time.time() * 1_000)
            kept = read_kept(record.value, record.timestamp, now, self._most_chars)
            prior = self._prior(kept.version)
            is_judged = kept.p_negative is not None and prior is not None
            self._waiting.append((kept, bin_of(kept.p_negative, prior) if is_judged else None))  # type: ignore[arg-type]
        # While much comes, reading waits for the store: what waits stays bounded.
        if len(self._waiting) + len(self._hours) >= _MOST_WAITING:
            self.flush()

    async def run(self) -> None:
        """Write what came, a few times a second, until cancelled."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            if self._waiting or self._hours:
                await self.ask(self.flush)

    def flush(self) -> None:
        """Write what came."""
        waiting, self._waiting = self._waiting, []
        hours, self._hours = self._hours, []
        if waiting:
            self.store.add(waiting)
        if hours:
            self.store.add_hours(hours)

    async def ask(self, work: Callable[[], T]) -> T:
        """The result of `work` on the store, done in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Stop the thread and remove the file."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self.store.close()
