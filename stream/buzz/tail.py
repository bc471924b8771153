"""Turns "so many false alarms a week" into a limit, by the tail of the scores a brand had."""

import math
from dataclasses import dataclass

_HALF_LIFE_HOURS = 28 * 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_WEEK_HOURS = 168.0
_PRIOR_WEEKS = 1.0

START = math.sqrt(2.0)
"""Scores are roots of -log10 p; an episode is a time above p = 0.01."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is held of a tail before anything was seen of it.

    Attributes:
        peaks: episodes that this knowledge is worth.
        excess: their mean height above the threshold; where chance alone is at work, 0.15.
        per_week: how many there are in a week, if the window is an hour long. Of a shorter
            window there are more, as many times as it is shorter.
    """

    peaks: float
    excess: float
    per_week: float

    def rate(self, minutes: int) -> float:
        """Episodes a week of a window of that length."""
        return self.per_week * 60 / minutes


@dataclass(slots=True)
class Tail:
    """Peaks over a threshold: episodes come at a rate, their excess is exponential.

    Both are estimated from the brand's own past with a prior (the conjugate estimate; Coles 2001,
    "An introduction to statistical modeling of extreme values", chapter 4). Forgets by half in
    four weeks.
    """

    excess: float = 0.0
    peaks: float = 0.0
    weeks: float = 0.0
    peak: float = 0.0
    last_above: int = -1

    def limit(self, per_week: float, prior: Prior, minutes: int) -> float:
        """The score that a window of `minutes` exceeds `per_week` times a week."""
        mean = (prior.peaks * prior.excess + self.excess) / (prior.peaks + self.peaks)
        rate = (prior.rate(minutes) * _PRIOR_WEEKS + self.peaks) / (_PRIOR_WEEKS + self.weeks)
        return START + mean * max(math.log(rate / per_week), 0.0)

    def see(self, score: float, minute: int, quiet: int) -> None:
        """Follow the episodes; one ends after `quiet` minutes below the threshold."""
        if score > START:
            self.peak = max(self.peak, score)
            self.last_above = minute
        elif self.peak and minute - self.last_above > quiet:
            self.excess += self.peak - START
            self.peaks += 1
            self.peak = 0.0

    def age(self) -> None:
        """Let an hour pass."""
        self.excess *= _DECAY
        self.peaks *= _DECAY
        self.weeks = self.weeks * _DECAY + 1 / _WEEK_HOURS
