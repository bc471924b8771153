"""Gives each tweet of the demonstration the moment at which it is sent."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sentiment.demo import DEMO_AUTHOR
from sentiment.messages import Tweet
from stream.demo.story import DemoTweet, minute_of, past

SPEED = 60
"""Minutes of the story's first hours for one of the clock."""
LEAD = timedelta(hours=6)
"""Minutes of the story that are played fast, before it continues in real time."""


class Demo:
    """The demonstration, as tweets with the second at which each is due.

    Args:
        seed: the same texts and numbers for the same one.
        clock: seconds since 1970.
    """

    def __init__(self, seed: int = 1, clock: Callable[[], float] = time.time) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._clock = clock
        self._start = datetime.fromtimestamp(clock(), UTC) - LEAD
        self._run = format(int(clock()), "x")
        self._number = 0

    def past(self) -> Iterator[Tweet]:
        """What the detector learns from: to be sent at once, before the story."""
        for tweet in past(self._start, self._dice):
            yield self._tweet(tweet)

    def story(self) -> Iterator[tuple[float, Tweet]]:
        """Tweets without end, each with the seconds after the story's start at which it is due."""
        minute = 0
        while True:
            for tweet in minute_of(self._start, minute, self._dice):
                yield self._due(tweet.second - self._start.timestamp()), self._tweet(tweet)
            minute += 1

    def _due(self, seconds: float) -> float:
        """Fast until the story's time is the clock's, then as fast as the clock."""
        lead = LEAD.total_seconds()
        meeting = lead * SPEED / (SPEED - 1)
        return seconds / SPEED if seconds < meeting else seconds - lead

    def _tweet(self, tweet: DemoTweet) -> Tweet:
        self._number += 1
        return Tweet(
            id=f"demo-{self._run}-{self._number}",
            text=tweet.text,
            created_at=datetime.fromtimestamp(tweet.second, UTC),
            author=f"{DEMO_AUTHOR}{tweet.author}",
            brand=tweet.brand,
            lang=tweet.lang,
        )
