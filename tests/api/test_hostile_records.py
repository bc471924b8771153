"""What anybody may write to the topics that the live page shows: it goes on, in bounded memory."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from api.alerts.book import AlertBook
from api.live.hub import Live
from api.metrics import Metrics
from api.settings import ApiSettings
from sentiment.kafka_records import UnreadableRecord

NOW_MS = int(datetime.now(UTC).timestamp() * 1_000)
ALERT = {
    "id": "a", "brand": "united", "kind": "negative", "state": "open",
    "opened_at": "2026-01-31T08:00:00Z",
    "at": "2026-01-31T08:00:00Z", "window_start": "2026-01-31T08:00:00Z",
    "window_end": "2026-01-31T08:00:00Z", "volume": {"now": 9, "expected": 3}, "strength": 1.5,
}  # fmt: skip
SCORED = {
    "id": "1", "text": "late", "label": "negative", "p_negative": 0.9, "model_name": "sentiment",
    "model_version": "1", "model_digest": "d", "scored_at": "2026-01-31T08:00:00Z",
    "source_topic": "tweets", "source_partition": 0, "source_offset": 0,
}  # fmt: skip
MENTION = {
    "brand": "united", "id": "1", "text": "late", "event_time": "2026-01-31T08:00:00Z",
    "label": "negative", "p_negative": 0.9, "model_version": "1", "source_partition": 0,
    "source_offset": 0,
}  # fmt: skip


class Page:
    """The live page's side of the service, fed by hand."""

    def __init__(self, **settings: Any) -> None:
        self.metrics = Metrics(CollectorRegistry())
        made = ApiSettings(_env_file=None, **settings)
        self.book = AlertBook(made, self.metrics)
        self.live = Live(made, self.metrics, lambda: None, lambda: True, lambda _: 0.3, self.book)

    def take(self, topic: str, value: bytes | dict[str, Any] | None, **more: Any) -> None:
        content = json.dumps(value).encode() if isinstance(value, dict) else value
        kind = UnreadableRecord if more else ConsumerRecord
        place = (topic, 0, 0, NOW_MS, 0)
        reader = self.book.reader if topic.startswith("buzz.") else self.live.reader
        reader.hand_on(kind(*place, b"k", content, None, 1, len(content or b""), (), **more))

    def unreadable(self, topic: str) -> float:
        return float(self.metrics.live_records.labels(topic, "unreadable")._value.get())

    def news(self) -> dict[str, Any]:
        """What a page is sent: it can be written as JSON, and read as JavaScript reads it."""
        news = self.live._news()
        found: dict[str, Any] = json.loads(orjson.dumps(news))
        return found


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.take("tweets.scored", SCORED)
    made.take("brand.mentions", MENTION)
    made.take("buzz.alerts", {**ALERT, "id": "afterwards"})
    news = made.news()
    assert news["tweets"][-1]["brands"] == ["united"]
    assert news["alerts"][0]["id"] == "afterwards"


BAD: list[tuple[str, Any]] = [
    ("tweets.scored", b"\xff\xfe"),
    ("tweets.scored", b"[]"),
    ("tweets.scored", b"5"),
    ("tweets.scored", b'{"label": {}}'),
    ("tweets.scored", b'{"label": "happy"}'),
    ("tweets.scored", b"[" * 50_000),
    ("tweets.scored", {**SCORED, "text": "x" * 70_000}),
    ("tweets.scored", {**SCORED, "source_offset": 2**70}),
    ("brand.mentions", b"null"),
    ("brand.mentions", {**MENTION, "source_offset": 2**70}),
    ("brand.mentions", {**MENTION, "source_partition": {}}),
    ("brand.mentions", {**MENTION, "source_offset": True}),
    ("brand.mentions", {**MENTION, "brand": "x" * 300}),
    ("brand.mentions", {**MENTION, "brand": ["united"]}),
    ("brand.mentions", {**MENTION, "label": "happy"}),
    ("buzz.alerts", b""),
    ("buzz.alerts", b"{}"),
    ("buzz.alerts", {**ALERT, "copies": 2**70}),
    ("buzz.alerts", {**ALERT, "strength": float("nan")}),
    ("buzz.alerts", {**ALERT, "words": [{"word": "late", "z": float("nan")}]}),
    ("buzz.alerts", {**ALERT, "odds": float("inf")}),
    ("buzz.alerts", {**ALERT, "volume": {"now": float("-inf"), "expected": 1}}),
]


@pytest.mark.parametrize(("topic", "value"), BAD, ids=range(len(BAD)))
def test_a_record_that_cannot_be_shown_is_counted_and_the_others_are_shown(
    page: Page, topic: str, value: Any
) -> None:
    page.take(topic, value)
    assert page.unreadable(topic) == 1
    page.news()


def test_a_scored_tweet_that_does_not_fit_is_not_shown(page: Page) -> None:
    page.take("tweets.scored", {**SCORED, "p_negative": float("inf")})
    page.take("tweets.scored", {**SCORED, "id": ""})
    assert page.news()["tweets"] == []


@pytest.mark.parametrize(
    "topic", ["tweets.scored", "brand.mentions", "buzz.alerts", "buzz.actions"]
)
def test_tombstones_say_nothing_and_undecodable_headers_are_counted(page: Page, topic: str) -> None:
    page.take(topic, None)
    assert page.unreadable(topic) == 0
    page.take(topic, b"{}", reason="the name of a header is not UTF-8")
    assert page.unreadable(topic) == 1


def test_alerts_are_bounded_and_the_open_ones_stay() -> None:
    page = Page(api_alerts=20)
    page.take("buzz.alerts", {**ALERT, "id": "open"})
    for number in range(1_000):
        page.take("buzz.alerts", {**ALERT, "id": str(number), "state": "closed"})
    assert len(page.book.ordered()) == 20
    assert "open" in [alert["id"] for alert in page.news()["alerts"]]


def test_mentions_are_bounded_by_tweets_and_by_brands_of_one_tweet() -> None:
    page = Page(api_live_mentions=100)
    for number in range(1_000):
        page.take("brand.mentions", {**MENTION, "source_offset": number})
        page.take("brand.mentions", {**MENTION, "source_offset": 999, "brand": f"b{number}"})
    brands = page.live._brands._brands
    assert len(brands) == 100
    assert max(map(len, brands.values())) <= 20
