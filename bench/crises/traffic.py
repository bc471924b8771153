"""Seasonal traffic of one brand, and bursts on top of it."""

import copy
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.crises.pool import CAUSES, NAMED, Pool
from stream.buzz.detector import Sighting
from stream.buzz.duplicates import text_digest

START = 28_000_800
"""A minute at which an hour begins; the simulation's first."""
WEEK = 7 * 24 * 60
_SHARE = 0.3
_TOPIC = 0.4
_SPREAD = 0x9E3779B97F4A7C
"""Odd: makes digests of numbers."""

Shape = Literal["step", "ramp", "storm"]


@dataclass(frozen=True)
class Burst:
    """Events on top of the traffic.

    Attributes:
        shape: step (at once, for an hour), ramp (over half an hour, then steady), storm (at once,
            falling by half every half hour).
        size: rate of the kind that bursts, as a multiple of its normal rate, at the peak.
        positive: the positive ones burst, not the negative.
        copies: part of the added that repeats one of three texts.
        near: copies differ in a number and a name.
        accounts: that the copies come from; 0: each from another one, as reposts do.
    """

    shape: Shape
    size: float
    positive: bool = False
    copies: float = 0.0
    near: bool = False
    accounts: int = 0

    def height(self, age: int) -> float:
        """Part of the peak, so many minutes after the start."""
        if self.shape == "storm":
            return math.exp2(-age / 30)
        return min(age / 30, 1.0) if self.shape == "ramp" else 1.0


class Traffic:
    """Poisson traffic whose rate follows day and week, with slow random swings.

    Args:
        pool: of texts.
        mean: mentions a minute, on average.
        weeks: to simulate.
        seed: of all that is random.
        topics: part of the hours in which four in ten of the negatives say a new word, though
            there are no more of them than usual.
    """

    def __init__(self, pool: Pool, mean: float, weeks: int, seed: int, topics: float = 0.0) -> None:
        self.pool, self.rng = pool, np.random.default_rng(seed)
        self.topical = np.random.default_rng([seed, 1]).random(weeks * WEEK // 60) < topics
        minutes = np.arange(START, START + weeks * WEEK)
        season = 1 + 0.6 * np.sin(2 * np.pi * (minutes % 1440 - 540) / 1440)
        weekend = np.where((minutes // 1440) % 7 >= 5, 0.7, 1.0)
        swing = np.exp(self._swing(len(minutes), 0.15))
        self.rate = mean * season * weekend * swing
        odds = _SHARE / (1 - _SHARE) * np.exp(self._swing(len(minutes), 0.1))
        share = odds / (1 + odds)
        self.authors = 0
        self.negative = self.rate * share
        self.positive = self.rate * (1 - share)

    def fork(self, seed: list[int]) -> "Traffic":
        """The same rates, but other chance from here on."""
        other = copy.copy(self)
        other.rng = np.random.default_rng(seed)
        return other

    def _swing(self, size: int, deviation: float) -> NDArray[np.float64]:
        """An autoregressive process by the hour, linear in between."""
        hours = size // 60 + 2
        noise, level = np.zeros(hours), 0.0
        for hour in range(hours):
            level = 0.8 * level + 0.6 * self.rng.normal(0, deviation)
            noise[hour] = level
        return np.interp(np.arange(size) / 60, np.arange(hours), noise)

    def minute(self, place: int) -> list[Sighting]:
        """The mentions of a minute, by its place in the simulation."""
        negative = self._drawn(place, self.pool.negative, self.negative[place])
        if self.topical[place // 60]:
            negative = [self._on_topic(mention, place // 60) for mention in negative]
        return negative + self._drawn(place, self.pool.positive, self.positive[place])

    def _drawn(self, place: int, texts: NDArray[np.int64], rate: float) -> list[Sighting]:
        numbers = self.rng.integers(len(texts), size=self.rng.poisson(rate))
        return [self._sighting(place, int(texts[number])) for number in numbers]

    def _on_topic(self, mention: Sighting, hour: int) -> Sighting:
        if self.rng.random() >= _TOPIC:
            return mention
        text = f"{mention.text} #topic{hour}"
        return mention._replace(text=text, digest=text_digest(text))

    def burst(self, place: int, age: int, burst: Burst, cause: int) -> list[Sighting]:
        """The added mentions of a minute of a burst."""
        pool = self.pool
        normal = (self.positive if burst.positive else self.negative)[place]
        number = self.rng.poisson(normal * (burst.size - 1) * burst.height(age))
        copied = self.rng.random(number) < burst.copies
        added = []
        for is_copy in copied:
            if is_copy:
                original = int(pool.causes[cause][self.rng.integers(3)])
                added.append(self._copy(place, original, burst))
            else:
                added.append(self._added(place, burst.positive, cause))
        return added

    def _added(self, place: int, positive: bool, cause: int) -> Sighting:
        """A mention of a burst; most name its cause, those of praise with the score they had."""
        pool, named = self.pool, self.rng.random() < NAMED
        if not positive:
            source = pool.causes[cause] if named else pool.negative
            return self._sighting(place, int(source[self.rng.integers(len(source))]))
        plain = self._sighting(place, int(self.rng.choice(pool.positive)))
        text = f"{plain.text} {' '.join(reversed(CAUSES[cause]))}"
        return plain._replace(text=text, digest=text_digest(text)) if named else plain

    def _sighting(self, place: int, text: int) -> Sighting:
        """A mention by somebody who has said nothing yet."""
        pool = self.pool
        self.authors += 1
        return Sighting(
            START + place, float(pool.p_negative[text]), "1", pool.digests[text],
            pool.texts[text], str(text), self.authors * _SPREAD % 2**62,
        )  # fmt: skip

    def _copy(self, place: int, original: int, burst: Burst) -> Sighting:
        plain = self._sighting(place, original)
        if burst.accounts:
            account = 1 + int(self.rng.integers(burst.accounts))
            plain = plain._replace(author=account)
        if not burst.near:
            return plain
        text = f"@user{self.rng.integers(10**6)} {plain.text} {self.rng.integers(10**4)}"
        return plain._replace(text=text, digest=text_digest(text))
