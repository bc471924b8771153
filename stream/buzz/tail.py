"""Turns "so many false alarms a week" into a limit, by the tail of the scores a brand had."""

import math
from dataclasses import dataclass

_HALF_LIFE_HOURS = 28 * 24
_WEEK_HOURS = 168.0
_PRIOR_WEEKS = 1.0
_PRIOR_PEAKS = 10.0
_PER_WEEK_OF_A_DAY = 0.07
"""Chance lifts a window of a day above that level once in 14 weeks, a shorter one more often."""

START = 2.33
"""Scores are standard deviations; an episode is a time above p = 0.01."""


@dataclass(slots=True)
class Tail:
    """Peaks over a threshold: episodes come at a rate, their excess is exponential.

    Both are estimated from the brand's own past with a prior (the conjugate estimate; Coles 2001,
    "An introduction to statistical modeling of extreme values", chapter 4). Forgets by half in
    four weeks. A peak counts at most up to the limit it met: a crisis raises the next limit little.

    Attributes:
        excess: sum of the peaks' heights above the threshold, as of the hour `at`.
        peaks: their number, likewise.
        peak: the highest of the episode under way; 0: none.
        last_above: minute of its last score above the threshold.
    """

    excess: float = 0.0
    peaks: float = 0.0
    at: int = 0
    peak: float = 0.0
    last_above: int = -1

    def limit(
        self, per_week: float, minutes: int, hour: int, hours_known: float, excess: float
    ) -> float:
        """The score that a window of `minutes` exceeds `per_week` times a week.

        Args:
            per_week: false alarms.
            minutes: length of the window.
            hour: now.
            hours_known: since the brand's first mention.
            excess: of a peak in the mean, before the brand has shown its own.
        """
        kept = _decay(hour - self.at)
        peaks = self.peaks * kept
        mean = (_PRIOR_PEAKS * excess + self.excess * kept) / (_PRIOR_PEAKS + peaks)
        weeks = _remembered(hours_known) / _WEEK_HOURS
        expected = _PER_WEEK_OF_A_DAY * 24 * 60 / minutes * _PRIOR_WEEKS
        rate = (expected + peaks) / (_PRIOR_WEEKS + weeks)
        return START + mean * max(math.log(rate / per_week), 0.0)

    def see(self, score: float, limit: float, minute: int, quiet: int) -> bool:
        """Follow the episodes; one ends after `quiet` minutes below the threshold.

        Returns whether anything changed.
        """
        if score > START:
            self.peak = max(self.peak, min(score, limit))
            self.last_above = minute
            return True
        if self.peak and minute - self.last_above > quiet:
            self.end(minute // 60)
            return True
        return False

    def end(self, hour: int) -> None:
        """The episode under way, if any, is over."""
        if not self.peak:
            return
        kept = _decay(hour - self.at)
        self.excess = round(self.excess * kept + self.peak - START, 6)
        self.peaks = round(self.peaks * kept + 1, 6)
        self.at, self.peak = hour, 0.0


def _decay(hours: int) -> float:
    return math.exp2(-hours / _HALF_LIFE_HOURS)


def _remembered(hours: float) -> float:
    """Hours that still count of so many that went by."""
    return _HALF_LIFE_HOURS / math.log(2) * (1 - math.exp2(-hours / _HALF_LIFE_HOURS))
