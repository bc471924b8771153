"""The ways to say how far a window is from normal: one interface, four methods."""

import math
from dataclasses import dataclass, field
from typing import Protocol

from stream.buzz.options import Kind, MethodName
from stream.buzz.surprise import Dispersion, count_surprise, share_surprise
from stream.buzz.tail import Tail

_COUNT_PRIOR = 0.05
_SHARE_PRIOR = 0.005
_MOST_OF_SHARE = 4.0
"""Of the surprise at the share, the surprise at the number of negatives may be so many times."""


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """What a window holds: all mentions, those scored, and those called negative.

    As expectation, `negative` is what the model would call negative if all were normal.
    `evidence` is the number of negatives by the weights of all scored mentions (`evidence`), in
    units that vary by chance as a count does.
    """

    total: float
    scored: float
    negative: float
    evidence: float = 0.0

    @property
    def share(self) -> float:
        """Negative part of the scored."""
        return self.negative / self.scored if self.scored else 0.0


@dataclass(slots=True)
class WindowMemory:
    """What was learned about one window of one brand and kind."""

    total: Dispersion = field(default_factory=lambda: Dispersion.of(_COUNT_PRIOR))
    negative: Dispersion = field(default_factory=lambda: Dispersion.of(_COUNT_PRIOR))
    share: Dispersion = field(default_factory=lambda: Dispersion.of(_SHARE_PRIOR))
    tail: Tail = field(default_factory=Tail)
    mean: float = 0.0
    square: float = 0.0
    weight: float = 0.0


class Method(Protocol):
    """A score of distance, higher when further above normal, and a customary limit."""

    def limit(self, kind: Kind) -> float | None:
        """Where the score alarms by custom; None: the knob decides."""
        ...

    def score(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> float:
        """Distance of `seen` above `normal`; 0 when it is not above."""
        ...

    def learn(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> None:
        """Take a window into the memory; called once an hour."""
        ...


class TailMethod:
    """Root of the surprise (-log10 p) under what is expected at this hour.

    `volume`: at the number of mentions (negative binomial). `negative`: at the number of
    negatives (likewise), but at most a few times as much as at their share (binomial,
    correlated). The number says most: it is what a crisis raises. But praise raises it as well,
    by the texts that the model gets wrong, while their share falls.
    """

    def limit(self, kind: Kind) -> float | None:
        """None: the knob decides."""
        return None

    def score(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> float:
        if kind == "volume":
            return math.sqrt(count_surprise(seen.total, normal.total, memory.total.value))
        if seen.negative <= normal.negative:
            return 0.0
        by_share = share_surprise(seen.negative, seen.scored, normal.share, memory.share.value)
        if by_share == 0:
            return 0.0
        by_count = count_surprise(seen.evidence, normal.evidence, memory.negative.value)
        return math.sqrt(min(by_count, _MOST_OF_SHARE * by_share))

    def learn(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> None:
        memory.total.learn(seen.total, normal.total, normal.total, normal.total**2)
        if kind == "volume":
            return
        memory.negative.learn(seen.evidence, normal.evidence, normal.evidence, normal.evidence**2)
        spread = seen.scored * normal.share * (1 - normal.share)
        pairs = spread * max(seen.scored - 1, 0)
        memory.share.learn(seen.negative, seen.scored * normal.share, spread, pairs)


class FixedThreshold:
    """The share itself, or the mentions as a multiple of those expected."""

    def limit(self, kind: Kind) -> float | None:
        """Six negatives in ten; three times as many mentions as expected."""
        return 0.6 if kind == "negative" else 3.0

    def score(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> float:
        return seen.share if kind == "negative" else seen.total / max(normal.total, 1.0)

    def learn(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> None:
        """There is nothing to learn."""


class Deviations:
    """Standard deviations above the mean of the past, whose weights fall by `decay` an hour.

    A long memory is "mean + 2 sd"; a short one the EWMA chart (Roberts 1959).
    """

    def __init__(self, limit: float, decay: float) -> None:
        self._limit = limit
        self._decay = decay

    def limit(self, kind: Kind) -> float | None:
        """The same number of standard deviations for both kinds."""
        return self._limit

    def score(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> float:
        if memory.weight <= 0:
            return 0.0
        mean = memory.mean / memory.weight
        variance = max(memory.square / memory.weight - mean * mean, 0.0)
        return max(_value(kind, seen) - mean, 0.0) / (math.sqrt(variance) + 1e-3)

    def learn(
        self, kind: Kind, seen: WindowCounts, normal: WindowCounts, memory: WindowMemory
    ) -> None:
        value = _value(kind, seen)
        memory.mean = memory.mean * self._decay + value
        memory.square = memory.square * self._decay + value * value
        memory.weight = memory.weight * self._decay + 1


def _value(kind: Kind, seen: WindowCounts) -> float:
    return seen.share if kind == "negative" else seen.total


def method(name: MethodName) -> Method:
    """The method of that name."""
    methods: dict[MethodName, Method] = {
        "tail": TailMethod(),
        "fixed": FixedThreshold(),
        "mean-sd": Deviations(2.0, 0.5 ** (1 / 168)),
        "ewma": Deviations(3.0, 0.9),
    }
    return methods[name]
