"""Turns records of the topics into news for the page, a few times a second."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import orjson
from aiokafka import ConsumerRecord
from pydantic import ValidationError

from api.live.alerts import Alerts
from api.live.clients import Clients, event
from api.live.history import ALL, History
from api.live.sample import Sample
from api.metrics import Metrics
from api.reader import Reader, Start
from api.settings import ApiSettings
from sentiment.messages import ScoredTweet
from sentiment.topics import ALERTS, MENTIONS, SCORED

log = logging.getLogger(__name__)

_RECENT = 30
_PLACES = 5_000
_SMOOTHING = 0.2
_NEVER = 1 << 40

Facts = dict[str, Any]


class Live:
    """What every open page shows.

    Args:
        settings: name the topics, the length of the history and the pace.
        metrics: count records and pages.
        model: tells of the model version that runs.
        kafka_up: tells whether Kafka answers.
    """

    def __init__(
        self,
        settings: ApiSettings,
        metrics: Metrics,
        model: Callable[[], Facts | None],
        kafka_up: Callable[[], bool],
    ) -> None:
        self._interval = settings.api_live_interval_seconds
        self._metrics = metrics
        self._model = model
        self._kafka_up = kafka_up
        self.clients = Clients(settings.api_live_clients)
        self._history = History(settings.api_live_minutes)
        self._sample: Sample[tuple[bytes, int]] = Sample(settings.api_live_sample)
        self._recent: deque[Facts] = deque(maxlen=_RECENT)
        self._brands: OrderedDict[tuple[int, int], list[str]] = OrderedDict()
        self._alerts = Alerts()
        self._rate = 0.0
        self._oldest_change = _NEVER
        self._last_state: Facts = {}
        hour = Start(settings.api_live_minutes * 1_000, settings.api_live_minutes * 60)
        self._readers = {
            settings.topic(SCORED): (hour, self._scored),
            settings.topic(MENTIONS): (hour, self._mentioned),
            settings.topic(ALERTS): (Start(1_000, 86_400), self._alerted),
        }
        starts = {topic: start for topic, (start, _) in self._readers.items()}
        self.reader = Reader(settings, starts, self._read)

    async def run(self) -> None:
        """Send news until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            news = self._news()
            self._metrics.live_clients.set(len(self.clients))
            if news:
                self.clients.send(event("news", news))

    def listen(self) -> AsyncIterator[bytes]:
        """The stream of one page: all there is, then news."""
        return self.clients.listen(self._snapshot)

    def _snapshot(self) -> bytes:
        everything = {
            "tweets": [self._with_brands(tweet) for tweet in self._recent],
            "series": self._history.since(0),
            "alerts": self._alerts.current(),
            **self._state(),
        }
        return b"retry: 1000\n" + event("snapshot", everything)

    def _news(self) -> Facts:
        tweets, seen = self._take_sample()
        self._recent.extend(tweets)
        self._rate += _SMOOTHING * (seen / self._interval - self._rate)
        news: Facts = {}
        if seen:
            news["tweets"] = [self._with_brands(tweet) for tweet in tweets]
            news["seen"] = seen
        if self._oldest_change != _NEVER:
            news["series"] = self._history.since(self._oldest_change)
            self._oldest_change = _NEVER
        if self._alerts.take_changed():
            news["alerts"] = self._alerts.current()
        state = self._state()
        if state != self._last_state:
            news |= state
            self._last_state = state
        return news

    def _state(self) -> Facts:
        return {
            "rate": round(self._rate, 1),
            "following": self.reader.following and self._kafka_up(),
            "model": self._model(),
        }

    def _read(self, topic: str, records: Sequence[ConsumerRecord]) -> None:
        read = self._readers[topic][1]
        unreadable = 0
        for record in records:
            try:
                read(record)
            except (ValueError, KeyError, TypeError, ValidationError):
                unreadable += 1
        counter = self._metrics.live_records
        counter.labels(topic, "read").inc(len(records) - unreadable)
        counter.labels(topic, "unreadable").inc(unreadable)

    def _scored(self, record: ConsumerRecord) -> None:
        label = orjson.loads(record.value)["label"]
        at_ms = _not_in_the_future(record.timestamp)
        self._count(ALL, at_ms, label)
        self._sample.add((record.value, at_ms))

    def _mentioned(self, record: ConsumerRecord) -> None:
        mention = orjson.loads(record.value)
        brand, place = (
            str(mention["brand"]),
            (mention["source_partition"], mention["source_offset"]),
        )
        self._count(brand, _not_in_the_future(record.timestamp), mention["label"])
        self._brands.setdefault(place, []).append(brand)
        if len(self._brands) > _PLACES:
            self._brands.popitem(last=False)

    def _alerted(self, record: ConsumerRecord) -> None:
        self._alerts.add(record.value, _not_in_the_future(record.timestamp))

    def _count(self, brand: str, at_ms: int, label: Any) -> None:
        minute = at_ms // 60_000
        self._history.add(brand, minute, label)
        self._oldest_change = min(self._oldest_change, minute)

    def _take_sample(self) -> tuple[list[Facts], int]:
        values, seen = self._sample.take()
        tweets = []
        for value, at_ms in values:
            try:
                tweets.append(_shown(ScoredTweet.model_validate_json(value), at_ms))
            except ValidationError:
                log.warning("A record of the scored tweets does not fit and is not shown.")
        return tweets, seen

    def _with_brands(self, tweet: Facts) -> Facts:
        brands = self._brands.get((tweet["partition"], tweet["offset"]))
        return {**tweet, "brands": brands} if brands else tweet


def _shown(tweet: ScoredTweet, at_ms: int) -> Facts:
    return {
        "id": tweet.id,
        "text": tweet.text,
        "author": tweet.author,
        "brands": [tweet.brand] if tweet.brand else [],
        "label": tweet.label,
        "p_negative": tweet.p_negative,
        "model_version": tweet.model_version,
        "at": at_ms,
        "partition": tweet.source_partition,
        "offset": tweet.source_offset,
    }


def _not_in_the_future(at_ms: int) -> int:
    """Producers set the time of a record; a wrong clock must not move the chart."""
    return max(0, min(at_ms, int(time.time() * 1_000)))
