"""Twitter's S-H-ESD: what is left after season and median, by the generalised ESD test.

Hochenbaum, Vallis and Kejariwal 2017, "Automatic Anomaly Detection in the Cloud Via Statistical
Learning", with median and MAD in place of mean and deviation, over the last two weeks, upwards
only. Their STL decomposition is replaced by the median of each time of the day. A point is tested
when the larger ones are taken out, as in their loop.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

_DAYS = 14
_LEAST_DAYS = 2
_TO_DEVIATION = 1.4826
"""From a MAD to a standard deviation of normal values."""
_SOME = 2.5
"""Deviations below which no test is needed: it would never reject."""


class SeasonalEsd:
    """-log10 of the significance at which the newest point is an anomaly.

    Args:
        per_day: points a day.
    """

    def __init__(self, per_day: int) -> None:
        self._day, self._place = per_day, 0
        self._values = np.zeros((_DAYS, per_day))
        self._left = np.zeros(_DAYS * per_day)
        self._season = np.zeros(per_day)

    def of(self, value: int) -> float:
        """The significance, as -log10; 0 where it is none."""
        known = min(self._place, len(self._left))
        day, slot = divmod(self._place % len(self._left), self._day)
        if slot == 0 and known:
            self._take_out_season(known // self._day)
        own = value - self._season[slot]
        score = _test(own, self._left[:known]) if known >= _LEAST_DAYS * self._day else 0.0
        self._values[day, slot] = value
        self._left[day * self._day + slot] = own
        self._place += 1
        return score

    def _take_out_season(self, days: int) -> None:
        shape = np.median(self._values[:days], axis=0)
        self._season = shape - np.median(shape)
        self._left = (self._values - self._season).ravel()


def _test(own: float, left: NDArray[np.float64]) -> float:
    middle = float(np.median(left))
    if own <= middle + _SOME * _deviation(left, middle):
        return 0.0
    rest = left[left < own]
    return _significance(own, rest, float(np.median(rest)))


def _deviation(values: NDArray[np.float64], middle: float) -> float:
    # A count varies by chance at least as a Poisson count, however seldom it comes.
    least = math.sqrt(max(middle, 1.0))
    return max(_TO_DEVIATION * float(np.median(np.abs(values - middle))), least)


def _significance(own: float, rest: NDArray[np.float64], middle: float) -> float:
    """-log10 of alpha at which the largest of the values, `own`, is rejected.

    Rosner 1983 solved for alpha: the test rejects where R is above
    t (n - 1) / sqrt((n - 2 + t^2) n), with t at 1 - alpha / n.
    """
    n = len(rest) + 1
    ratio = (own - middle) / _deviation(rest, middle)
    room = (n - 1) ** 2 - ratio**2 * n
    if room <= 0:
        return math.inf
    t = math.sqrt(ratio**2 * n * (n - 2) / room)
    return max(-(float(student.logsf(t, n - 2)) + math.log(n)) / math.log(10), 0.0)
