"""The windowed Gaussian detector of the Numenta Anomaly Benchmark."""

import math
from collections import deque

from scipy.special import log_ndtr

_LEAST_DEVIATION = 0.5


class WindowedGaussian:
    """-log10 of the tail of a normal distribution fitted to a long window from time to time.

    As in NAB: 6,400 points, fitted again every 100; there they are 22 days.

    Args:
        per_day: points a day.
    """

    _POINTS, _EVERY = 6_400, 100

    def __init__(self, per_day: int) -> None:
        self._day = per_day
        self._window: deque[int] = deque(maxlen=self._POINTS)
        self._mean = self._deviation = 0.0
        self._since = 0

    def of(self, value: int) -> float:
        """-log10 of the chance of so large a count."""
        score = 0.0
        if self._deviation:
            away = (value - self._mean) / self._deviation
            score = max(-float(log_ndtr(-away)) / math.log(10), 0.0) if away > 0 else 0.0
        self._window.append(value)
        self._since += 1
        known = len(self._window)
        if known >= self._day and (self._since >= self._EVERY or not self._deviation):
            self._fit(known)
        return score

    def _fit(self, known: int) -> None:
        self._mean = sum(self._window) / known
        squares = sum((value - self._mean) ** 2 for value in self._window) / known
        self._deviation = max(math.sqrt(squares), _LEAST_DEVIATION)
        self._since = 0
