"""What is expected of a brand in the hours around now, worked out once an hour."""

from stream.buzz.options import HOUR
from stream.buzz.profile import HourMean, HourProfile, remembered

_DAY_HOURS = 24
_FEWEST = 0.3
"""Mentions an hour that are always expected: one alone is no surprise."""
_PRIOR_MENTIONS = 20.0
_PRIOR_SHARE = 0.3
_MOST_DOUBTED = 12 * HOUR
"""Over longer windows the hours' errors level out."""


class Forecast:
    """What was learned before the hour `now`, asked for hours around it. Not remembered.

    Args:
        mentions: profile of all mentions.
        negatives: of the truly negative ones.
        now: hours since 1970.
        step_minutes: length of a step.
    """

    def __init__(
        self, mentions: HourProfile, negatives: HourProfile, now: int, step_minutes: int
    ) -> None:
        self.now = now
        self.hours = mentions.hours(now)
        self.overall = mentions.overall(now)
        self._mentions, self._negatives = mentions, negatives
        self._per_hour = HOUR / step_minutes
        self._size = step_minutes
        self._means: dict[int, HourMean] = {}
        self._shares: dict[int, float] = {}

    @property
    def knows_a_day(self) -> bool:
        """Whether a day was seen: earlier, nothing is known to compare with."""
        return self.hours >= _DAY_HOURS

    def mean(self, hour: int) -> HourMean:
        """Of an hour, in events per step."""
        if hour not in self._means:
            self._means[hour] = self._mentions.hour_mean(hour, self.now, self._per_hour)
        return self._means[hour]

    def share(self, hour: int) -> float:
        """True share of negatives in an hour of the day, with a prior worth few mentions.

        By hour of the week it would be known too badly: its error would pass for dispersion.
        """
        if hour not in self._shares:
            prior = _PRIOR_MENTIONS / self._per_hour
            overall = (self._negatives.total(self.now) + prior * _PRIOR_SHARE) / (
                self._mentions.total(self.now) + prior
            )
            self._shares[hour] = (self._negatives.hour_of_day(hour, self.now) + prior * overall) / (
                self._mentions.hour_of_day(hour, self.now) + prior
            )
        return self._shares[hour]

    def usual(self, first: float, last: float) -> float:
        """Mentions expected in the steps from `first` to before `last`, at most an hour."""
        middle = (first + last) / 2 * self._size
        hour = int((middle - HOUR / 2) // HOUR)
        part = (middle - HOUR / 2) / HOUR - hour
        rate = self.mean(hour).mean * (1 - part) + self.mean(hour + 1).mean * part
        return max(rate, _FEWEST / self._per_hour) * (last - first)

    def stretch(self, minutes: int) -> float:
        """How much more a window varies around its mean as that mean itself is estimated."""
        return 1 + minutes / (remembered(self.hours) * HOUR + 1)

    def doubt(self, minutes: int) -> float:
        """Relative variance by which the hours of the day are not known yet."""
        return self.mean(self.now).doubt if minutes <= _MOST_DOUBTED else 0.0
