"""Turns records of the topics into news for the page, a few times a second."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from aiokafka import ConsumerRecord

from api.alerts.book import AlertBook
from api.live.clients import Clients, event
from api.live.freshness import Freshness, View
from api.live.history import ALL, History
from api.live.mentions import BrandsOfTweets, read_label, read_mention, read_place, read_score
from api.live.progress import Progress
from api.live.sample import Sample
from api.metrics import Metrics
from api.plain import require_plain
from api.reader import Reader, Start
from api.settings import ApiSettings
from sentiment.brands.past import is_past
from sentiment.demo import is_demo
from sentiment.messages import Label, ScoredTweet
from sentiment.prevalence import bin_of
from sentiment.topics import MENTIONS, SCORED

log = logging.getLogger(__name__)

_RECENT = 30
_SMOOTHING = 0.2
_NEVER = 1 << 40
_DEMO_SECONDS = 120.0
"""How long after its last tweet the page still says that a demonstration plays."""
_BEHIND_STEP_SECONDS = 5  # finer steps would be news all the time

Facts = dict[str, Any]


class Live:
    """What every open page shows.

    Args:
        settings: name the topics, the length of the history and the pace.
        metrics: count records and pages.
        model: describes the current model version.
        kafka_up: whether Kafka answers.
        prior: the share of negatives that a version is calibrated for, if known.
        alerts: those to show.
    """

    def __init__(
        self,
        settings: ApiSettings,
        metrics: Metrics,
        model: Callable[[], Facts | None],
        kafka_up: Callable[[], bool],
        prior: Callable[[str], float | None],
        alerts: AlertBook,
    ) -> None:
        self._interval = settings.api_live_interval_seconds
        self._metrics = metrics
        self._model = model
        self._kafka_up = kafka_up
        self._prior = prior
        self.clients = Clients(settings.api_live_clients)
        self._history = History(settings.api_live_minutes)
        self._sample: Sample[tuple[bytes, int]] = Sample(settings.api_live_sample)
        self._recent: deque[Facts] = deque(maxlen=_RECENT)
        self._brands = BrandsOfTweets(settings.api_live_mentions)
        self._alerts = alerts
        self._most_bytes = settings.api_live_record_bytes
        self._rate = 0.0
        self._demo_until = 0.0
        self._oldest_change = _NEVER
        self._last_state: Facts = {}
        self._mentions_topic = settings.topic(MENTIONS)
        hour = Start(settings.api_live_minutes * 1_000, settings.api_live_minutes * 60)
        self._readers = {
            settings.topic(SCORED): (hour, self._scored),
            self._mentions_topic: (hour, self._mentioned),
        }
        starts = {topic: start for topic, (start, _) in self._readers.items()}
        self.reader = Reader(settings, starts, self._read, metrics.live_records)
        self.progress = Progress(settings)
        self._freshness = Freshness(settings, self.progress, time.time())
        self._pulse_seconds = settings.api_blind_seconds / 4

    async def run(self) -> None:
        """Send news until cancelled, and a pulse while there are none."""
        sent_at = 0.0
        while True:
            await asyncio.sleep(self._interval)
            news = self._news()
            self._metrics.live_clients.set(len(self.clients))
            if news:
                self.clients.send(event("news", news))
            elif time.monotonic() - sent_at > self._pulse_seconds:
                self.clients.send(event("pulse", {}))
            else:
                continue
            sent_at = time.monotonic()

    def listen(self) -> AsyncIterator[bytes]:
        """The stream of one page: all there is, then news."""
        return self.clients.listen(self._snapshot)

    def view(self) -> View:
        """How old what is shown is."""
        return self._freshness.view(time.time(), self._follows)

    @property
    def _follows(self) -> bool:
        return self.reader.following and self._kafka_up()

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
        view = self.view()
        behind = view.behind_seconds
        self._metrics.sees(view.state == "unknown", behind)
        return {
            "rate": round(self._rate, 1),
            "following": self._follows,
            "view": view.state,
            "behind": None if behind is None else behind - behind % _BEHIND_STEP_SECONDS,
            "reasons": view.codes,
            "late": view.late_mentions,
            "demo": time.monotonic() < self._demo_until,
            "model": self._model(),
        }

    def _read(self, record: ConsumerRecord) -> None:
        if record.topic == self._mentions_topic and is_past(record):
            return  # what a worker is to know of a brand: nothing was said now
        if len(record.value) > self._most_bytes:
            raise ValueError(f"expected at most {self._most_bytes} bytes")
        self._readers[record.topic][1](record)
        now = time.time()
        came = now if self.reader.is_new(record) else record.timestamp / 1_000
        self._freshness.result(min(now, came))

    def _scored(self, record: ConsumerRecord) -> None:
        content = orjson.loads(record.value)
        label = read_label(content)
        read_place(content)
        at_ms = _not_in_the_future(record.timestamp)
        self._count(ALL, at_ms, label, *read_score(content))
        self._sample.add((record.value, at_ms))
        author = content.get("author")
        if isinstance(author, str) and is_demo(author):
            self._demo_until = time.monotonic() + _DEMO_SECONDS

    def _mentioned(self, record: ConsumerRecord) -> None:
        mention = read_mention(record.value)
        at_ms = _not_in_the_future(record.timestamp)
        self._count(mention.brand, at_ms, mention.label, mention.p_negative, mention.model_version)
        self._brands.add(mention)

    def _count(
        self, brand: str, at_ms: int, label: Label, p_negative: float | None, version: str
    ) -> None:
        minute, prior = at_ms // 60_000, self._prior(version)
        bin_ = None if p_negative is None or prior is None else bin_of(p_negative, prior)
        self._history.add(brand, minute, label, bin_)
        self._oldest_change = min(self._oldest_change, minute)

    def _take_sample(self) -> tuple[list[Facts], int]:
        values, seen = self._sample.take()
        tweets = []
        for value, at_ms in values:
            try:
                tweet = _shown(ScoredTweet.model_validate_json(value), at_ms)
                require_plain(tweet)
            except ValueError:
                log.warning("A record of the scored tweets does not fit and is not shown.")
            else:
                tweets.append(tweet)
        return tweets, seen

    def _with_brands(self, tweet: Facts) -> Facts:
        brands = self._brands.of(tweet["partition"], tweet["offset"])
        return {**tweet, "brands": brands} if brands else tweet


def _shown(tweet: ScoredTweet, at_ms: int) -> Facts:
    return {
        "id": tweet.id,
        "text": tweet.text,
        "author": tweet.author,
        "brands": [tweet.brand] if tweet.brand else [],
        "label": tweet.label,
        "p_negative": tweet.p_negative,
        "p_neutral": tweet.p_neutral,
        "p_positive": tweet.p_positive,
        "model_version": tweet.model_version,
        "at": at_ms,
        "partition": tweet.source_partition,
        "offset": tweet.source_offset,
    }


def _not_in_the_future(at_ms: int) -> int:
    """Producers set the time of a record; a wrong clock must not move the chart."""
    return max(0, min(at_ms, int(time.time() * 1_000)))
