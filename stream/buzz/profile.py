"""What is normal at each hour of the week."""

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

WEEK_HOURS = 168
_DAYS = 7
HALF_LIFE_HOURS = 10 * 24
_WEEK_DECAY = math.exp2(-WEEK_HOURS / HALF_LIFE_HOURS)
_BY_HOUR, _BY_DAY = 0.25, 0.03
"""Variance, relative to the squared mean, of the hours of a day, and of one hour over the days."""
_SPREAD = 0.1
"""That of one hour from week to week, beyond chance."""
_FEWEST = 0.02
_REBASE = 1_000.0
_DIGITS = 6


class HourMean(NamedTuple):
    """What is expected in an hour.

    Attributes:
        mean: events per step.
        doubt: relative variance of that mean, as long as few such hours were seen.
    """

    mean: float
    doubt: float


@dataclass(slots=True)
class HourProfile:
    """Mean events per step by hour of the week, forgetting by half in ten days.

    An hour of the week leans on the same hour of all working days or weekends, that on the hour
    of all days, and that on all hours: the more, the seldomer it was seen and the fewer the
    events (empirical Bayes). Hours that are not learned were empty: silence costs nothing.

    Attributes:
        since: the first hour that counts, hours since 1970; -1: none yet.
        at: the hour in whose units the sums are kept.
        week: decayed sums of events per step.
    """

    since: int = -1
    at: int = 0
    week: list[float] = field(default_factory=lambda: [0.0] * WEEK_HOURS)

    def learn(self, hour: int, mean: float) -> None:
        """Take the mean events per step of a whole hour."""
        grown = math.exp2((hour - self.at) / HALF_LIFE_HOURS)
        if grown > _REBASE:
            self.week = [round(value / grown, _DIGITS) for value in self.week]
            self.at, grown = hour, 1.0
        place = hour % WEEK_HOURS
        self.week[place] = round(self.week[place] + mean * grown, _DIGITS)

    def hours(self, now: int) -> int:
        """Hours known before `now`."""
        return max(now - self.since, 0) if self.since >= 0 else 0

    def overall(self, now: int) -> float:
        """Mean events per step of all hours before `now`."""
        seen = _total_seen(self.hours(now))
        return sum(self.week) * self._kept(now) / seen if seen else 0.0

    def hour_mean(self, hour: int, now: int, per_hour: float) -> HourMean:
        """What is expected in an hour, from all hours before `now`.

        Args:
            hour: hours since 1970.
            now: likewise.
            per_hour: steps of an hour.
        """
        overall = self.overall(now)
        chance = _SPREAD + 1 / max(overall * per_hour, _FEWEST)
        day_prior, week_prior = chance / _BY_HOUR, chance / _BY_DAY
        kept, since = self._kept(now), self.since
        places = [hour % 24 + 24 * day for day in range(_DAYS)]
        values = [self.week[place] * kept for place in places]
        seen = [_seen(place, since, now) for place in places]
        own = hour % WEEK_HOURS // 24
        alike = [day for day in range(_DAYS) if _is_weekend(day) == _is_weekend(own)]
        day = (sum(values) + overall * day_prior) / (sum(seen) + day_prior)
        like = (sum(values[d] for d in alike) + day * week_prior) / (
            sum(seen[d] for d in alike) + week_prior
        )
        mean = (values[own] + like * week_prior) / (seen[own] + week_prior)
        return HourMean(mean, _BY_HOUR / (1 + sum(seen) / day_prior) ** 2)

    def hour_of_day(self, hour: int, now: int) -> float:
        """Decayed sum of events per step in that hour of all days."""
        return math.fsum(self.week[hour % 24 :: 24]) * self._kept(now)

    def total(self, now: int) -> float:
        """Decayed sum of events per step of all hours."""
        return sum(self.week) * self._kept(now)

    def _kept(self, now: int) -> float:
        return math.exp2((self.at - now) / HALF_LIFE_HOURS)


@lru_cache(4096)
def _seen(place: int, since: int, now: int) -> float:
    """How often an hour of the week came in the hours from `since` to before `now`, decayed."""
    last = now - 1 - (now - 1 - place) % WEEK_HOURS
    if since < 0 or last < since:
        return 0.0
    times = (last - since) // WEEK_HOURS + 1
    kept = math.exp2((last - now) / HALF_LIFE_HOURS)
    return kept * (1 - float(_WEEK_DECAY**times)) / (1 - _WEEK_DECAY)


def _total_seen(hours: int) -> float:
    kept = math.exp2(-1 / HALF_LIFE_HOURS)
    return kept * (1 - math.exp2(-hours / HALF_LIFE_HOURS)) / (1 - kept)


def remembered(hours: float) -> float:
    """Hours that still count of so many that went by."""
    return HALF_LIFE_HOURS / math.log(2) * (1 - math.exp2(-hours / HALF_LIFE_HOURS))


def _is_weekend(day: int) -> bool:
    """Of the days since Thursday, on which 1970 began."""
    return day in (2, 3)
