"""How soon both modes find the same bursts: negatives that triple at once, by counts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.proven.count_lane import HORIZON, CountLane
from bench.proven.normal import LEVELS, season, swing
from stream.buzz.options import WEEK

LEAST = 15
"""Negatives expected in ten minutes, of the bursts that both modes are to find."""
_SHARE, _TIMES, _CALM_DAYS = 0.3, 3.0, 10


@dataclass(frozen=True)
class Burst:
    """A burst, and the minutes after which each mode found it; None: not within an hour."""

    expected: float
    delays: dict[str, int | None]


def bursts(moments: int, seed: int) -> Iterator[Burst]:
    """Bursts from random minutes of the day after ten calm ones, at each level of traffic."""
    for number, level in enumerate(LEVELS[1:]):
        yield from _bursts_at(level, moments, [seed, number])


def _bursts_at(level: float, moments: int, seed: list[int]) -> Iterator[Burst]:
    rng = np.random.default_rng(seed)
    size = WEEK + (_CALM_DAYS - 7 + 1) * 1440 + HORIZON
    rate = level * season(size) * np.exp(swing(rng, size, 0.15))
    odds = _SHARE / (1 - _SHARE) * np.exp(swing(rng, size, 0.06))
    negative = rate * odds / (1 + odds)
    other = rate - negative
    calm = np.stack([rng.poisson(negative), rng.poisson(other)])
    places = _CALM_DAYS * 1440 + rng.choice(1440, moments, replace=False)
    lanes = {name: CountLane.start(name) for name in ("tail", "e-detector")}
    for place in range(int(places.max()) + 1):
        if place in places:
            grown = np.stack([negative * _TIMES, other])[:, place : place + HORIZON]
            said = np.random.default_rng([*seed, place]).poisson(grown)
            delays = {name: lane.delay(place, said) for name, lane in lanes.items()}
            yield Burst(float(negative[place : place + 10].sum()), delays)
        for lane in lanes.values():
            lane.step(place, *calm[:, place].tolist())
