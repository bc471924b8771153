"""What is kept of a brand: found again, bounded, and the same whatever order it comes in."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from api.mentions.keeper import MentionKeeper
from api.mentions.read import folded
from api.mentions.series import series
from api.mentions.store import Asked
from api.mentions.views import Series, Span
from api.metrics import Metrics
from api.settings import ApiSettings
from sentiment.hours import BrandHour, Expected

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
numbers = count()


class Kept(MentionKeeper):
    """A keeper that is fed by hand."""

    def __init__(self, prior: float | None = None, **settings: Any) -> None:
        made = ApiSettings(_env_file=None, **settings)
        super().__init__(made, Metrics(CollectorRegistry()), lambda _: prior)

    def say(
        self, text: str, at: datetime = NOW, label: str = "negative", brand: str = "acme",
        author: str | None = "jo", p_negative: float = 0.9, **more: Any,
    ) -> None:  # fmt: skip
        content = {
            "brand": brand, "id": str(next(numbers)), "text": text, "author": author,
            "event_time": at.isoformat(), "label": label, "p_negative": p_negative,
            "model_version": "1", "source_partition": 0, "source_offset": 0, **more,
        }  # fmt: skip
        self.take("brand.mentions", json.dumps(content).encode())

    def take(self, topic: str, value: bytes) -> None:
        at = int(datetime.now(UTC).timestamp() * 1_000)
        self.read(ConsumerRecord(topic, 0, 0, at, 0, None, value, 0, 0, len(value), ()))

    def hour(self, start: datetime, mentions: int, expected: float | None = None) -> None:
        usual = None if expected is None else Expected(mentions=expected, spread=0.1, share=0.2)
        hour = BrandHour(
            brand="acme", start=start, mentions=mentions, scored=mentions, negatives=mentions // 2,
            share=0.5, expected=usual, following=usual,
        )  # fmt: skip
        self.take("brand.hours", hour.model_dump_json().encode())

    def texts(self, words: str = "", brand: str = "acme", **asked: Any) -> list[str]:
        self.flush()
        rows = self.store.tweets(brand, Asked(folded(words).split(), **asked))
        return [row[4] for row in rows]

    def series(
        self, span: Span = "hour", end: datetime | None = None, now: datetime = NOW
    ) -> Series:
        self.flush()
        return series(self.store, "acme", span, end, now)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_tweets_are_found_by_all_their_words_whatever_their_case_and_form(kept: Kept) -> None:
    kept.say("Stuck on the TARMAC for hours", NOW)
    kept.say("tarmac, again", NOW + timedelta(minutes=1))
    kept.say("ｔａｒｍａｃ   in wide letters", NOW + timedelta(minutes=2))
    kept.say("Retard énorme à Orly", NOW + timedelta(minutes=3), author="Zoé")
    assert kept.texts("tarmac") == [
        "ｔａｒｍａｃ   in wide letters",
        "tarmac, again",
        "Stuck on the TARMAC for hours",
    ]
    assert kept.texts("hours tarmac") == ["Stuck on the TARMAC for hours"]
    assert kept.texts("ZOÉ énorme") == ["Retard énorme à Orly"]
    assert kept.texts("100%_") == []
    assert kept.texts("nothing") == []
    assert len(kept.texts()) == 4
    known = kept.store.known("acme")
    assert known is not None
    assert known.kept == 4


def test_filters_and_pages_go_together(kept: Kept) -> None:
    for number in range(10):
        label = "negative" if number % 2 else "positive"
        kept.say(f"text {number}", NOW + timedelta(minutes=number // 4), label)
    assert kept.texts(label="negative") == [f"text {n}" for n in (9, 7, 5, 3, 1)]
    milliseconds = int((NOW + timedelta(minutes=1)).timestamp() * 1_000)
    assert kept.texts(until=milliseconds) == [f"text {n}" for n in (3, 2, 1, 0)]
    assert kept.texts(since=milliseconds) == [f"text {n}" for n in (9, 8, 7, 6, 5, 4)]
    found, before = [], None
    while True:
        rows = kept.store.tweets("acme", Asked(before=before, limit=3))
        found += [row[4] for row in rows[:3]]
        if len(rows) <= 3:
            break
        before = rows[2][1], rows[2][0]
    assert found == [f"text {n}" for n in reversed(range(10))]


def test_a_brand_has_its_own_tweets_and_an_unknown_one_none(kept: Kept) -> None:
    kept.say("ours")
    kept.say("theirs", brand="AC/DC' OR 1=1")
    assert kept.texts() == ["ours"]
    assert kept.texts(brand="AC/DC' OR 1=1") == ["theirs"]
    assert kept.texts(brand="nobody") == []
    assert kept.store.known("nobody") is None
    assert [point.mentions for point in kept.series(end=NOW).points[-2:]] == [None, 1]


def test_an_hour_is_told_by_minutes_and_shares_need_some_mentions(kept: Kept) -> None:
    for minute in range(4):
        kept.say(f"late {minute}", NOW - timedelta(minutes=minute))
    kept.say("fine", NOW, "positive", p_negative=0.1)
    found = kept.series()
    assert (found.step_minutes, len(found.points)) == (1, 60)
    assert found.end == NOW + timedelta(minutes=1)
    assert [point.mentions for point in found.points[-5:]] == [None, 1, 1, 1, 2]
    assert [point.share for point in found.points[-2:]] == [None, 0.8]
    assert all(point.usual_mentions is None for point in found.points)


def test_shares_are_estimated_where_the_version_has_a_prior() -> None:
    kept = Kept(prior=0.5)
    for _ in range(100):
        kept.say("late", NOW, p_negative=0.6)
    # By labels all are negative; such texts are only half as likely again among the negatives.
    [share] = [point.share for point in kept.series().points if point.share is not None]
    assert share > 0.9


def test_a_week_is_told_by_hours_that_the_worker_published_where_mentions_are_not_kept(
    kept: Kept,
) -> None:
    start = NOW.replace(minute=0) - timedelta(hours=30)
    for hour in range(30):
        kept.hour(start + timedelta(hours=hour), 100 + hour, expected=90)
    for _ in range(10):
        kept.say("late", NOW)
    found = kept.series("week")
    assert len(found.points) == 168
    assert found.points[-1].mentions == 10, "counted, as the hour is not over"
    assert [point.mentions for point in found.points[-31:-1]] == [100 + n for n in range(30)]
    assert [point.share for point in found.points[-31:-1]] == [0.5] * 30
    assert found.points[-32].mentions is None, "not known, rather than none"
    usual = found.points[-1].usual_mentions
    assert usual is not None, "the hour before told of it"
    assert usual.low < 90 == usual.mean < usual.high
    share = found.points[-2].usual_share
    assert share is not None
    assert 0 < share.low < 0.2 == share.mean < share.high < 0.5


def test_a_span_ends_with_the_last_mention_if_that_was_long_ago_or_when_it_is_asked_to(
    kept: Kept,
) -> None:
    said = datetime(2015, 2, 22, 10, 7, tzinfo=UTC)
    kept.say("long ago", said)
    assert kept.series("day").end == datetime(2015, 2, 22, 10, 15, tzinfo=UTC)
    assert kept.series("day").points[-1].mentions == 1
    assert kept.series("day", end=NOW).end == datetime(2026, 3, 4, 12, 45, tzinfo=UTC)
    assert kept.series("day", end=NOW).points[-1].mentions == 0
    assert kept.series("hour", now=said).end == said + timedelta(minutes=1)


def test_a_quiet_minute_after_the_first_mention_is_none_and_one_before_it_is_unknown(
    kept: Kept,
) -> None:
    kept.say("first", NOW - timedelta(minutes=30))
    mentions = [point.mentions for point in kept.series().points]
    assert mentions[:29] == [None] * 29
    assert mentions[29:] == [1] + [0] * 30


def test_what_comes_in_many_batches_counts_as_in_one() -> None:
    once, often = Kept(prior=0.3), Kept(prior=0.3)
    for number in range(200):
        for keeper in (once, often):
            p, at = (number % 10) / 10, NOW - timedelta(minutes=number % 7)
            keeper.say("text", at, "negative" if p > 0.5 else "positive", p_negative=p)
        often.flush()
    assert once.series() == often.series()


def test_tweets_minutes_and_brands_are_bounded_and_the_busy_brand_stays() -> None:
    kept = Kept(api_kept_tweets=50, api_kept_minutes=40, api_kept_brands=10)
    for number in range(400):
        kept.say(f"text {number}", NOW - timedelta(minutes=400 - number))
        kept.say("made up", brand=f"brand {number}")
        if number % 10 == 0:
            kept.flush()
    kept.flush()
    counts = {
        table: kept.store._ask(f"SELECT COUNT(*) FROM {table}", ())[0][0]
        for table in ("tweets", "counts", "brands")
    }
    assert counts["tweets"] <= 50
    assert counts["counts"] <= 40
    assert counts["brands"] <= 10
    assert kept.texts()[0] == "text 399"


def test_while_much_comes_what_waits_is_bounded(kept: Kept) -> None:
    for number in range(12_000):
        kept.say(f"text {number}")
        assert len(kept._waiting) <= 5_000


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("brand.mentions", b"{}"),
        ("brand.mentions", b"\xff"),
        ("brand.mentions", b" " * 70_000),
        ("brand.mentions", b'{"brand": ""}'),
        ("brand.hours", b"[]"),
        ("brand.hours", b'{"brand": "a", "start": "0001-01-01T00:00:00Z", "mentions": 1}'),
    ],
)
def test_what_is_none_is_refused_and_the_next_is_kept(kept: Kept, topic: str, value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reader counts it, whatever it says
        kept.take(topic, value)
    kept.say("the next one")
    assert kept.texts() == ["the next one"]


def test_hostile_texts_and_times_are_kept_as_they_are(kept: Kept) -> None:
    hostile = "\u0000 ' \" ; DROP TABLE tweets; \u202e \ud7ff \U0001f600"
    kept.say(hostile, datetime(1970, 1, 1, tzinfo=UTC))
    kept.say("of the future", datetime(2199, 1, 1, tzinfo=UTC))
    assert hostile in kept.texts()
    assert kept.texts("drop table") == [hostile]
    known = kept.store.known("acme")
    assert known is not None
    assert known.last <= datetime.now(UTC).timestamp() * 1_000
