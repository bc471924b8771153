"""`python -m bench.proven.aftermath`: is a burst found after a crisis as well as without one?

By counts, without data: a brand's weeks twice, once with a large crisis and once without. From a
week after its day on, the same bursts that triple the negatives for an hour begin at random
minutes of both; two weeks after the first crisis comes another like it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.stats import binomtest

from bench.proven.count_lane import HORIZON, CountLane
from bench.proven.normal import season, swing
from stream.buzz.options import DAY

LEVELS = (5.0, 10.0, 20.0)
"""Mentions a minute, on average: about 15, 30 and 60 negatives in ten minutes."""
LEAST = 15
"""Negatives expected in ten minutes, of the bursts that count."""
_SHARE, _TIMES = 0.3, 3.0
_PEAK, _HALF, _LENGTH = 10.0, 120, 12 * 60
"""A crisis: ten times the negatives at once, half as much more every two hours."""
_FIRST, _BURSTS, _SECOND, _END = 10, 17, 24, 25
"""Days on which the first crisis, the bursts and the second crisis begin, and the last ends."""


class Burst(NamedTuple):
    """Minutes until a burst was found, with a crisis before it and without; None: never."""

    after: int | None
    calm: int | None


@dataclass(frozen=True)
class Weeks:
    """What was found in the weeks of one brand; crises by the minutes until they were found."""

    bursts: list[Burst]
    first: int | None
    second: int | None


class _Rates(NamedTuple):
    """Negative and other mentions expected in each minute."""

    negative: NDArray[np.float64]
    other: NDArray[np.float64]


def weeks_of(level: float, moments: int, seed: list[int]) -> Weeks:
    """The weeks of one brand, with and without the first crisis."""
    rng = np.random.default_rng(seed)
    rates = _calm(rng, level)
    said = rng.poisson(np.stack(rates))
    crisis = _crises(rates, rng)
    lanes = {name: CountLane.start("tail") for name in ("after", "calm")}
    span = (_SECOND - _BURSTS) * DAY - HORIZON
    places = set((_BURSTS * DAY + rng.choice(span, moments, replace=False)).tolist())
    bursts: list[Burst] = []
    opened: list[int] = []
    for place in range(_END * DAY):
        if place in places and rates.negative[place : place + 10].sum() >= LEAST:
            grown = _burst(rates, place, [*seed, place])
            bursts.append(Burst(*(lane.delay(place, grown) for lane in lanes.values())))
        negative, other = said[:, place].tolist()
        if lanes["after"].step(place, negative + int(crisis[place]), other):
            opened.append(place)
        if place < _SECOND * DAY:
            lanes["calm"].step(place, negative, other)
    return Weeks(bursts, *(_delay(opened, day * DAY) for day in (_FIRST, _SECOND)))


def _calm(rng: np.random.Generator, level: float) -> _Rates:
    size = _END * DAY + HORIZON
    rate = level * season(size) * np.exp(swing(rng, size, 0.15))
    odds = _SHARE / (1 - _SHARE) * np.exp(swing(rng, size, 0.06))
    negative = rate * odds / (1 + odds)
    return _Rates(negative, rate - negative)


def _crises(rates: _Rates, rng: np.random.Generator) -> NDArray[np.int64]:
    """The negatives that both crises add."""
    more = np.zeros(len(rates.negative))
    for day in (_FIRST, _SECOND):
        span = slice(day * DAY, day * DAY + _LENGTH)
        more[span] = rates.negative[span] * (_PEAK - 1) * 0.5 ** (np.arange(_LENGTH) / _HALF)
    return rng.poisson(more)


def _burst(rates: _Rates, place: int, seed: list[int]) -> NDArray[np.int64]:
    grown = np.stack([rates.negative * _TIMES, rates.other])[:, place : place + HORIZON]
    return np.random.default_rng(seed).poisson(grown)


def _delay(opened: list[int], start: int) -> int | None:
    found = [place for place in opened if start <= place < start + _LENGTH]
    return found[0] - start + 2 if found else None  # the minute itself, and that of lateness


def summarise(weeks: list[Weeks]) -> dict[str, Any]:
    """Recall within an hour and median delay, with a crisis before and without; both crises."""
    bursts = [burst for brand in weeks for burst in brand.bursts]
    return {
        "brands": len(weeks),
        "bursts": len(bursts),
        "after a crisis": _found([burst.after for burst in bursts]),
        "without one": _found([burst.calm for burst in bursts]),
        "first crisis": _found([brand.first for brand in weeks]),
        "second crisis": _found([brand.second for brand in weeks]),
    }


def _found(delays: list[int | None]) -> dict[str, Any]:
    found = [delay for delay in delays if delay is not None]
    interval = binomtest(len(found), len(delays)).proportion_ci(0.95, "wilson")
    return {
        "found": len(found),
        "of": len(delays),
        "recall": round(len(found) / len(delays), 3),
        "from": round(interval.low, 3),
        "to": round(interval.high, 3),
        "median_delay_min": median(float("inf") if delay is None else delay for delay in delays),
    }


def runs(seeds: int, moments: int) -> Iterator[Weeks]:
    """The weeks of so many brands of each level."""
    for number, level in enumerate(LEVELS):
        for seed in range(seeds):
            yield weeks_of(level, moments, [seed, number])


@click.command()
@click.option("--seeds", default=4, show_default=True, help="Brands at each level of traffic.")
@click.option("--moments", default=30, show_default=True, help="Bursts of each brand.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, seeds: int, moments: int, out: Path | None) -> None:
    """Bursts after a crisis and without one."""
    brands = track(
        runs(seeds, moments), "simulating", seeds * len(LEVELS), console=Console(stderr=True)
    )
    report = summarise(list(brands))
    click.echo(json.dumps(report, indent=1))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "aftermath.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
