"""Turns "so many false alarms a week" into a limit, by the tail of the scores a brand had."""

import math
from dataclasses import dataclass

_HALF_LIFE_HOURS = 28 * 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_WEEK_HOURS = 168.0
_PRIOR_PEAKS = 3.0
_PRIOR_PER_WEEK = 4.0
_PRIOR_WEEKS = 1.0

START = math.sqrt(2.0)
"""Scores are roots of -log10 p; an episode is a time above p = 0.01."""
_PRIOR_MEAN_EXCESS = 0.2
"""A perfect model would give 0.15; real traffic is wilder."""


@dataclass(slots=True)
class Tail:
    """Peaks over a threshold: episodes come at a rate, their excess is exponential.

    Both are estimated from the brand's own past with a prior that stands for three episodes
    (the conjugate estimate; Coles 2001, "An introduction to statistical modeling of extreme
    values", chapter 4). Forgets by half in four weeks.
    """

    excess: float = 0.0
    peaks: float = 0.0
    weeks: float = 0.0
    peak: float = 0.0
    last_above: int = -1

    def limit(self, per_week: float) -> float:
        """The score that is exceeded `per_week` times a week."""
        mean = (_PRIOR_PEAKS * _PRIOR_MEAN_EXCESS + self.excess) / (_PRIOR_PEAKS + self.peaks)
        rate = (_PRIOR_PER_WEEK * _PRIOR_WEEKS + self.peaks) / (_PRIOR_WEEKS + self.weeks)
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
