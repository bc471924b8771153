"""The demonstration: its times, its texts, and that it says what it is."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

from sentiment.demo import is_demo
from sentiment.messages import Tweet
from stream.demo.play import LEAD, Demo
from stream.demo.story import CRISIS_MINUTES, PAST_DAYS
from stream.demo.texts import BRANDS, CAUSE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def demo(seed: int = 1) -> Demo:
    return Demo(seed, NOW.timestamp)


def story(seconds: float) -> list[tuple[float, Tweet]]:
    return list(takewhile(lambda one: one[0] < seconds, demo().story()))


def created(tweet: Tweet) -> datetime:
    assert tweet.created_at is not None
    return tweet.created_at


def test_the_past_ends_where_the_story_begins_and_comes_in_order() -> None:
    past = [created(tweet) for tweet in demo().past()]
    assert past == sorted(past)
    assert past[0] < NOW - LEAD - timedelta(days=PAST_DAYS) + timedelta(hours=1)
    assert NOW - LEAD - timedelta(minutes=10) < past[-1] <= NOW - LEAD


def test_six_hours_pass_in_six_minutes_and_then_it_is_now() -> None:
    told = story(900)
    moments = [due for due, _ in told]
    assert moments == sorted(moments)
    for due, tweet in told:
        assert created(tweet) <= NOW + timedelta(seconds=due + 1), "none is of the future"
    late = [(due, created(tweet)) for due, tweet in told if due > 400]
    assert late
    assert all(abs(due - (said - NOW).total_seconds()) < 1 for due, said in late)


def test_the_crisis_builds_up_and_is_over_within_two_minutes_and_names_its_cause() -> None:
    by_ten_seconds = Counter(
        int(due // 10) for due, tweet in story(120) if tweet.brand == BRANDS[0].key
    )
    assert by_ten_seconds[0] * 4 < by_ten_seconds[3]
    assert by_ten_seconds[11] * 4 < by_ten_seconds[3]
    begin, end = CRISIS_MINUTES
    crisis = [t.text for due, t in story(120) if begin <= due < end and t.brand == BRANDS[0].key]
    assert sum(CAUSE in text for text in crisis) > len(crisis) / 2


def test_every_tweet_says_that_it_belongs_to_the_demonstration_and_has_an_id_of_its_own() -> None:
    tweets = [tweet for _, tweet in story(60)]
    assert all(is_demo(tweet.author) for tweet in tweets)
    assert len({tweet.id for tweet in tweets}) == len(tweets)
    assert {tweet.lang for tweet in tweets} == {"en", "fr"}
    assert not is_demo("demolition")
    assert not is_demo(None)


def test_the_same_seed_plays_the_same_tweets() -> None:
    texts = [[tweet.text for tweet in islice(demo(seed).past(), 100)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
