"""Control charts: a fixed threshold, the EWMA chart, and the mean plus k standard deviations."""

import math
from collections import deque

_LEAST_DEVIATION = 0.5
"""So that one mention after a silent week is no alarm."""


class Fixed:
    """The count itself."""

    def of(self, value: int) -> float:
        """The count itself."""
        return float(value)


class Ewma:
    """The EWMA chart (Roberts 1959): a smoothed count beside the mean and deviation of a week.

    Args:
        per_day: points a day.
    """

    _SMOOTHING = 0.3

    def __init__(self, per_day: int) -> None:
        self._day, self._seen = per_day, 0
        self._forget = 1 - 0.5 ** (1 / (7 * per_day))
        self._level = self._mean = self._variance = 0.0

    def of(self, value: int) -> float:
        """Standard deviations of the smoothed count above the mean."""
        self._level += self._SMOOTHING * (value - self._level)
        spread = math.sqrt(self._variance * self._SMOOTHING / (2 - self._SMOOTHING))
        score = (self._level - self._mean) / max(spread, _LEAST_DEVIATION)
        self._seen += 1
        share = max(self._forget, 1 / self._seen)
        apart = value - self._mean
        self._mean += share * apart
        self._variance += share * (apart * apart - self._variance)
        return max(score, 0.0) if self._seen > self._day else 0.0


class MeanDeviations:
    """Standard deviations above the mean of the last seven days.

    Args:
        per_day: points a day.
    """

    def __init__(self, per_day: int) -> None:
        self._day = per_day
        self._past: deque[int] = deque()
        self._sum = self._squares = 0

    def of(self, value: int) -> float:
        """Standard deviations of the count above the mean."""
        score, known = 0.0, len(self._past)
        if known >= self._day:
            mean = self._sum / known
            deviation = math.sqrt(max(self._squares / known - mean * mean, 0.0))
            score = max(value - mean, 0.0) / max(deviation, _LEAST_DEVIATION)
        self._past.append(value)
        self._sum += value
        self._squares += value * value
        if known >= 7 * self._day:
            oldest = self._past.popleft()
            self._sum -= oldest
            self._squares -= oldest * oldest
        return score
