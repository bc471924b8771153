"""How many tweets of which kind each brand gets, minute by minute of the demonstration's time.

Minutes count from the moment at which the learned past ends.
"""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from stream.demo.texts import BRANDS, DemoBrand, Mood, demo_name, demo_text

PAST_DAYS = 8
CRISIS_MINUTES = (12, 75)
"""Begins, is over."""
PRAISE_MINUTES = (200, 230)
_PEAK_MINUTES = 30
_CRISIS_FACTOR = 14.0
_PRAISE_FACTOR = 8.0
_NIGHT_SHARE = 0.4


class DemoTweet(NamedTuple):
    """A tweet of the demonstration; `second` counts from 1970."""

    second: float
    brand: str
    text: str
    lang: str
    author: str


def past(start: datetime, dice: random.Random) -> Iterator[DemoTweet]:
    """All tweets of the days before the story, in order of time."""
    for minute in range(-PAST_DAYS * 1_440, 0):
        yield from minute_of(start, minute, dice)


def minute_of(start: datetime, minute: int, dice: random.Random) -> list[DemoTweet]:
    """The tweets of one minute of the story, in order of time."""
    second = start.timestamp() + minute * 60
    found = []
    for brand in BRANDS:
        for mood, rate in _rates(brand, minute, second):
            for _ in range(_poisson(rate, dice)):
                text, lang = demo_text(brand, mood, dice)
                author = demo_name(dice)
                at = second + dice.random() * 60
                found.append(DemoTweet(at, brand.key, text, lang, author))
    return sorted(found)


def _rates(brand: DemoBrand, minute: int, second: float) -> Iterator[tuple[Mood, float]]:
    """Mentions a minute by mood; nights are quieter."""
    hour = datetime.fromtimestamp(second, UTC).hour + second / 60 % 60 / 60
    day = (1 - math.cos((hour - 3) / 24 * math.tau)) / 2
    calm = brand.per_minute * (_NIGHT_SHARE + (1 - _NIGHT_SHARE) * day)
    yield "calm", calm
    if brand is BRANDS[0]:
        yield "crisis", calm * _CRISIS_FACTOR * _crisis(minute)
    if brand is BRANDS[1] and PRAISE_MINUTES[0] <= minute < PRAISE_MINUTES[1]:
        yield "praise", calm * _PRAISE_FACTOR


def _crisis(minute: int) -> float:
    """How far the crisis has come: it builds up, peaks and fades."""
    begin, end = CRISIS_MINUTES
    if not begin <= minute < end:
        return 0.0
    if minute < begin + _PEAK_MINUTES:
        return (minute - begin + 1) / _PEAK_MINUTES
    return (end - minute) / (end - begin - _PEAK_MINUTES)


def _poisson(rate: float, dice: random.Random) -> int:
    """A number with this mean (Knuth 1969): rates here are small."""
    limit, product, number = math.exp(-rate), dice.random(), 0
    while product > limit:
        product *= dice.random()
        number += 1
    return number
