"""Counts of calm weeks by the minute: five kinds of normal behaviour, and one that is none.

A brand's traffic follows day and week; three in ten mentions are negative. Each kind adds its own
way to be restless, and still nothing happens. `drifting` leaves the declared class on purpose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.crises.traffic import START

Series = NDArray[np.float64]
LEVELS = (2.0, 5.0, 10.0, 20.0, 50.0)
"""Mentions a minute, on average; brands take turns."""
KINDS = ("topics", "overdispersed", "autocorrelated", "reposts", "all together", "drifting")
OUTSIDE = ("drifting",)
_SHARE = 0.3
ERRORS = 0.15
"""Of the model, both ways."""
_REACH = 15
"""Minutes after which nothing is passed on any more."""


@dataclass(frozen=True)
class Counts:
    """Of one brand by the minute, as float64 [minutes].

    Attributes:
        total: mentions.
        called: those that the model calls negative.
        rate: how many of these were to be expected. What varies within a minute, and what is passed
            on, counts as groups and not as rate.
    """

    total: Series
    called: Series
    rate: Series


def counts(kind: str, level: float, minutes: int, seed: list[int]) -> Counts:
    """Calm weeks of one brand."""
    rng = np.random.default_rng(seed)
    size = minutes
    rate, odds = level * season(size), np.full(size, _SHARE / (1 - _SHARE))
    if kind in ("autocorrelated", "all together"):
        rate = rate * np.exp(swing(rng, size, 0.15))
        odds = odds * np.exp(swing(rng, size, 0.06))
    if kind == "drifting":
        odds = odds * np.exp(swing(rng, size, 0.3))
    share = odds / (1 + odds)
    negative, other = rate * share, rate * (1 - share)
    if kind in ("topics", "all together"):
        negative, other = _topics(rng, negative, other)
    expected = negative * (1 - ERRORS) + other * ERRORS
    if kind in ("overdispersed", "all together"):
        restless = rng.gamma(1 / 0.05, 0.05, (2, size))
        negative, other = negative * restless[0], other * restless[1]
    passed_on = 0.3 if kind in ("reposts", "all together") else 0.0
    seen = [_reposted(rng, rng.poisson(one), passed_on) for one in (negative, other)]
    wrong = rng.binomial(seen[1], ERRORS)
    called = rng.binomial(seen[0], 1 - ERRORS) + wrong
    return Counts(
        (seen[0] + seen[1]).astype(float), called.astype(float), expected * (1 + passed_on)
    )


def season(minutes: int) -> Series:
    """A multiple of the mean rate, by day and week."""
    clock = np.arange(START, START + minutes)
    by_day = 1 + 0.6 * np.sin(2 * np.pi * (clock % 1440 - 540) / 1440)
    return by_day * np.where((clock // 1440) % 7 >= 5, 0.7, 1.0)


def swing(rng: np.random.Generator, minutes: int, deviation: float) -> Series:
    """An autoregressive process by the hour, linear in between, cut at two deviations."""
    hours = minutes // 60 + 2
    noise, level = np.zeros(hours), 0.0
    for hour, shock in enumerate(rng.normal(0, 0.6 * deviation, hours)):
        level = 0.8 * level + shock
        noise[hour] = level
    noise = np.clip(noise, -2 * deviation, 2 * deviation)
    return np.interp(np.arange(minutes) / 60, np.arange(hours), noise)


def _topics(rng: np.random.Generator, negative: Series, other: Series) -> tuple[Series, Series]:
    """Every tenth hour a topic begins, and for some hours up to 15 % more of one sort talk of it.

    The mentions of a topic are of one sort; as much of the other sort falls silent.
    """
    size = len(negative)
    more = np.zeros(size)
    for begin in np.flatnonzero(rng.random(size // 60) < 0.1) * 60:
        hours = int(rng.integers(1, 8))
        more[begin : begin + 60 * hours] = rng.uniform(-0.15, 0.15)
    return negative * (1 + more), other - negative * more


def _reposted(
    rng: np.random.Generator, said: NDArray[np.int64], passed_on: float
) -> NDArray[np.int64]:
    """With what was passed on: a chain of geometric length, half of it within two minutes."""
    if not passed_on:
        return said
    total = said.copy()
    chains = np.zeros(len(said), np.int64)
    some = said > 0
    going_on = passed_on / (1 + passed_on)
    chains[some] = rng.negative_binomial(said[some], 1 - going_on)
    left = chains
    for delay in range(_REACH):
        now = rng.binomial(left, 0.3) if delay < _REACH - 1 else left
        total[delay:] += now[: len(now) - delay]
        left = left - now
    return total
