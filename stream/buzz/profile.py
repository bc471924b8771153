"""What is normal at each hour of the week."""

from dataclasses import dataclass, field

HOURS_OF_WEEK = 168
_HALF_LIFE_WEEKS = 2.0
_WEEK_DECAY = 0.5 ** (1 / _HALF_LIFE_WEEKS)
_HOUR_DECAY = _WEEK_DECAY ** (1 / HOURS_OF_WEEK)
_PRIOR_HOURS = 6.0
_CAP = 3.0
_DAY_SEEN = 23.0
"""24 hours, decayed."""
_DIGITS = 6


def _zeros(size: int) -> list[float]:
    return [0.0] * size


@dataclass(slots=True)
class HourProfile:
    """Mean events per step, by hour of the week, forgetting by half in two weeks.

    An hour of the week leans on the same hour of all days, and that on all hours, as long as it
    was seen seldom: each parent weighs as much as six hours.
    """

    week: list[float] = field(default_factory=lambda: _zeros(HOURS_OF_WEEK))
    week_seen: list[float] = field(default_factory=lambda: _zeros(HOURS_OF_WEEK))
    day: list[float] = field(default_factory=lambda: _zeros(24))
    day_seen: list[float] = field(default_factory=lambda: _zeros(24))
    total: float = 0.0
    total_seen: float = 0.0

    @property
    def knows_a_day(self) -> bool:
        """Whether a day was seen: earlier, nothing is known to compare with."""
        return self.total_seen >= _DAY_SEEN

    def learn(self, hour: int, mean: float) -> None:
        """Take the mean events per step of a whole hour (hours since 1970)."""
        week, day = hour % HOURS_OF_WEEK, hour % 24
        if self.knows_a_day:
            mean = min(mean, _CAP * self.hour_mean(hour) + _CAP)
        self.week[week] = round(self.week[week] * _WEEK_DECAY + mean, _DIGITS)
        self.week_seen[week] = round(self.week_seen[week] * _WEEK_DECAY + 1, _DIGITS)
        day_decay = _WEEK_DECAY ** (1 / 7)
        self.day[day] = round(self.day[day] * day_decay + mean, _DIGITS)
        self.day_seen[day] = round(self.day_seen[day] * day_decay + 1, _DIGITS)
        self.total = self.total * _HOUR_DECAY + mean
        self.total_seen = self.total_seen * _HOUR_DECAY + 1

    def hour_mean(self, hour: int) -> float:
        """Expected events per step in the middle of an hour."""
        week = hour % HOURS_OF_WEEK
        prior = self.day_mean(hour) * _PRIOR_HOURS
        return (self.week[week] + prior) / (self.week_seen[week] + _PRIOR_HOURS)

    def day_mean(self, hour: int) -> float:
        """Expected events per step in that hour of any day."""
        overall = self.total / self.total_seen if self.total_seen else 0.0
        day = hour % 24
        return (self.day[day] + overall * _PRIOR_HOURS) / (self.day_seen[day] + _PRIOR_HOURS)

    def expected(self, end_minute: int, minutes: int, step_minutes: int) -> float:
        """Expected events in the window of `minutes` that ends before `end_minute`.

        The rate is linear between the middles of hours, and taken at the middle of each part of
        at most an hour.
        """
        parts = -(-minutes // 60)
        length = minutes / parts
        start = end_minute - minutes
        rates = (self._rate(start + (part + 0.5) * length) for part in range(parts))
        return sum(rates) * length / step_minutes

    def _rate(self, minute: float) -> float:
        hour = int((minute - 30) // 60)
        part = (minute - 30) / 60 - hour
        return self.hour_mean(hour) * (1 - part) + self.hour_mean(hour + 1) * part
