"""Calm weeks to set limits and count false alarms, and bursts from many moments of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.crises.lanes import SIMPLE, Lane, limit_for
from bench.crises.oracle import Densities, Oracle
from bench.crises.pool import CAUSES, Pool
from bench.crises.traffic import START, WEEK, Burst, Traffic
from sentiment.alerts import BuzzAlert
from stream.buzz.detector import Sighting
from stream.buzz.options import MethodName

LEVELS = (1.3, 5.0, 10.0, 20.0)
"""Mentions a minute: about 4, 15, 30 and 60 negatives in ten minutes."""
SIZES = (2.0, 3.0, 5.0)
BAR_SIZE = 3.0
"""How many times the negatives a burst has that is to be found."""
WARMUP = WEEK
HORIZON = 60
LATENESS = 1
_GAP = 180


@dataclass(frozen=True)
class Outcome:
    """What one method made of one burst; delay in minutes, lateness included; None: not found."""

    method: str
    name: str
    shape: str
    size: float
    expected: float
    delay: float | None
    cause_named: bool | None = None


def bursts() -> dict[str, list[Burst]]:
    """Crises and decoys by name; in `calm` nothing is added, to know what chance alone raises."""
    crises = [
        Burst(shape, size, copies=0.3 if shape == "storm" else 0.0)
        for shape in ("step", "ramp", "storm")
        for size in SIZES
    ]
    return {
        "crisis": crises,
        "calm": [Burst("step", 1.0)],
        "praise": [Burst("step", 5.0, positive=True)],
        "copies": [Burst("step", 5.0, copies=1.0, accounts=3)],
        "near copies": [Burst("step", 5.0, copies=1.0, near=True, accounts=3)],
    }


def tune(
    pool: Pool, seeds: list[int], weeks: int, knob: float, simple: Sequence[MethodName] = SIMPLE
) -> dict[str, float]:
    """Limits of the simple methods and of the oracles (by size) at the knob's rate."""
    traces: dict[str, list[list[float]]] = {}
    for level in LEVELS:
        for seed in seeds:
            for name, trace in _record(pool, level, weeks, seed, simple).items():
                traces.setdefault(name, []).append(trace)
    return {name: limit_for(found, knob, WARMUP, _GAP) for name, found in traces.items()}


def _record(
    pool: Pool, level: float, weeks: int, seed: int, simple: Sequence[MethodName]
) -> dict[str, list[float]]:
    traffic = Traffic(pool, level, weeks, seed)
    lanes = {name: Lane.recording(name, pool) for name in simple}
    oracles, densities = [Oracle(size) for size in SIZES], Densities.of(pool)
    found: dict[str, list[float]] = {}
    for place in range(len(traffic.rate)):
        sightings = traffic.minute(place)
        for lane in lanes.values():
            lane.step(place, sightings)
        rates = float(traffic.negative[place]), float(traffic.positive[place])
        ratios = densities.ratios([s.p_negative or 0.0 for s in sightings], *rates)
        for oracle in oracles:
            for name, height in oracle.step(ratios, rates[0]).items():
                found.setdefault(_sized(name, oracle.size), []).append(height)
    return found | {name: lane.trace for name, lane in lanes.items()}


def _sized(name: str, size: float) -> str:
    return f"{name} x{size:g}"


def evaluate(
    *, pool: Pool, level: float, seed: int, weeks: int, limits: dict[str, float], knob: float,
    moments: int, topics: float = 0.0,
) -> Iterator[Outcome | tuple[str, float]]:  # fmt: skip
    """Bursts from `moments` random minutes, and (method, false alarms) of the calm weeks."""
    traffic = Traffic(pool, level, weeks, seed, topics)
    simple = [name for name in SIMPLE if name in limits]
    lanes: dict[str, Lane] = {name: Lane.start(name, pool, limits[name], knob) for name in simple}
    lanes["tail"] = Lane.start("tail", pool, None, knob)
    false_alarms = Counter(dict.fromkeys(lanes, 0))
    watch = _CalmOracle(limits)
    span = len(traffic.rate) - WARMUP - HORIZON
    densities = Densities.of(pool)
    chosen = set(WARMUP + np.random.default_rng(seed).choice(span, moments, replace=False))
    for place in range(len(traffic.rate)):
        if place in chosen:
            snapshots = {name: lane.snapshot() for name, lane in lanes.items()}
            yield from _branches(
                traffic, place, seed, lanes=lanes, snapshots=snapshots, limits=limits,
                densities=densities,
            )  # fmt: skip
        sightings = traffic.minute(place)
        for name, lane in lanes.items():
            opened = [alert for alert in lane.step(place, sightings) if alert.state == "open"]
            if place >= WARMUP:
                false_alarms[name] += len(opened)
        if place >= WARMUP:
            false_alarms.update(watch.step(traffic, densities, place, sightings))
    yield from false_alarms.items()


class _CalmOracle:
    """Counts how often the oracles of the bar's size cross their limits where nothing happens."""

    def __init__(self, limits: dict[str, float]) -> None:
        self._oracle = Oracle(BAR_SIZE)
        self._limits = limits
        self._above: dict[str, int] = {}

    def step(
        self, traffic: Traffic, densities: Densities, place: int, sightings: list[Sighting]
    ) -> list[str]:
        """Take a minute; returns the oracles that raise a false alarm in it."""
        rates = float(traffic.negative[place]), float(traffic.positive[place])
        ratios = densities.ratios([s.p_negative or 0.0 for s in sightings], *rates)
        raised = []
        for name, height in self._oracle.step(ratios, rates[0]).items():
            if height > self._limits[_sized(name, BAR_SIZE)]:
                if place - self._above.get(name, -_GAP) >= _GAP:
                    raised.append(name)
                self._above[name] = place
        return raised


def _branches(
    traffic: Traffic, place: int, seed: int, *, lanes: dict[str, Lane],
    snapshots: dict[str, dict[str, bytes]], limits: dict[str, float], densities: Densities,
) -> Iterator[Outcome]:  # fmt: skip
    expected = float(traffic.negative[place : place + 10].sum())
    for name, kinds in bursts().items():
        for number, burst in enumerate(kinds):
            cause = (place + number) % len(CAUSES)
            fork = traffic.fork([seed, place, number, len(name)])
            minutes = _Minutes(fork, place, burst, cause)
            base = (name, burst.shape, burst.size, expected)
            for method, lane in lanes.items():
                went_on = lane.resume(snapshots[method])
                if went_on.state.closed.alarms["negative"].is_open:
                    continue
                alert = _first(went_on, place, minutes)
                yield Outcome(method, *base, *_found(alert, place, cause))
            if name == "crisis":
                delays = _oracle_delays(traffic, place, burst, minutes, limits, densities)
                yield from (Outcome(oracle, *base, delay) for oracle, delay in delays.items())


class _Minutes(Sequence[list[Sighting]]):
    """The minutes from a burst's start on, made when they are first asked for."""

    def __init__(self, traffic: Traffic, place: int, burst: Burst, cause: int) -> None:
        self._traffic, self._place, self._burst, self._cause = traffic, place, burst, cause
        self._made: list[list[Sighting]] = []

    def __len__(self) -> int:
        return HORIZON

    def __getitem__(self, age: int) -> list[Sighting]:  # type: ignore[override]
        if age >= HORIZON:
            raise IndexError(age)
        while len(self._made) <= age:
            place = self._place + len(self._made)
            self._made.append(
                self._traffic.minute(place)
                + self._traffic.burst(place, len(self._made), self._burst, self._cause)
            )
        return self._made[age]


def _first(lane: Lane, place: int, minutes: Sequence[list[Sighting]]) -> BuzzAlert | None:
    for age, sightings in enumerate(minutes):
        for alert in lane.step(place + age, sightings):
            if alert.state == "open":
                return alert
    return None


def _found(alert: BuzzAlert | None, place: int, cause: int) -> tuple[float | None, bool | None]:
    if alert is None:
        return None, None
    delay = alert.at.timestamp() / 60 - (START + place) + LATENESS
    return delay, bool(set(CAUSES[cause]) & {word.word for word in alert.words[:5]})


def _oracle_delays(
    traffic: Traffic, place: int, burst: Burst, minutes: Sequence[list[Sighting]],
    limits: dict[str, float], densities: Densities,
) -> dict[str, float | None]:  # fmt: skip
    oracle = Oracle(burst.size)
    known: set[int] = set()
    delays: dict[str, float | None] = {}
    for age, sightings in enumerate(minutes):
        new = {s.digest: s.p_negative or 0.0 for s in sightings if s.digest not in known}
        known |= new.keys()
        rates = float(traffic.negative[place + age]), float(traffic.positive[place + age])
        ratios = densities.ratios(list(new.values()), *rates)
        for name, level in oracle.step(ratios, rates[0]).items():
            delays.setdefault(name, None)
            if delays[name] is None and level > limits[_sized(name, burst.size)]:
                delays[name] = age + 1.0 + LATENESS
    return delays
