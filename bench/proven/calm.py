"""False alarms of the proven mode in calm weeks, by counts, many brands at once.

What is learned of a brand is learned by the detector's own code, hour by hour; the bets of all
brands are followed together, as `stream/buzz/proven.py` follows them for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from bench.crises.traffic import START
from bench.proven.normal import Counts
from stream.buzz.brand import BrandState, HourSums, new_brand
from stream.buzz.close import learn_hour, start_at
from stream.buzz.e_detector import BETS, Groups
from stream.buzz.evidence import CERTAIN
from stream.buzz.options import BLOCK, HOUR, WEEK, BuzzOptions

_RECENT = 10
_KNOTS = (0, 29, 30, 59)
"""Minutes of an hour between which what is usual is linear."""
Series = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What happened in the calm weeks of one kind.

    Attributes:
        weeks: looked at, after the warm-up.
        alarms: in them.
        outside: part of the minutes in which more was expected than the class allows.
    """

    weeks: float
    alarms: int
    outside: float

    @property
    def hours_between(self) -> float:
        """The lower 95 % bound of the mean time between false alarms (Garwood 1936), hours."""
        return self.weeks * WEEK / HOUR / (float(chi2.ppf(0.95, 2 * self.alarms + 2)) / 2)


@dataclass
class Brand:
    """One brand: its counts, and what was learned of it."""

    counts: Counts
    state: BrandState
    options: BuzzOptions
    groups: Groups

    @classmethod
    def start(cls, counts: Counts, options: BuzzOptions) -> "Brand":
        """A brand of which nothing is known."""
        state = new_brand("brand", options)
        start_at(state, START, options)
        return cls(counts, state, options, Groups())

    def hour(self, first: int) -> tuple[Series, float]:
        """What is expected, at most, in each minute of the hour that begins at `first`; a group."""
        state = self.state
        state.closed.until = START + first
        state.last_forecast = None
        ahead, share = state.forecast(1), state.closed.share
        heavy = share.evidence * share.grain / CERTAIN
        called = share.expect(ahead.share(ahead.now))
        usual = np.interp(np.arange(HOUR), _KNOTS, [
            ahead.usual(START + first + minute, START + first + minute + 1) for minute in _KNOTS
        ])  # fmt: skip
        begin = max(first - _RECENT, 0)
        said = (self.counts.total - self.counts.called)[begin : first + HOUR - 1]
        sums = np.concatenate([np.zeros(_RECENT + 1), np.cumsum(said)])[-HOUR - _RECENT :]
        others = (sums[_RECENT:] - sums[:-_RECENT]) / _RECENT
        odds = called * heavy / (1 - called * heavy)
        return self.options.drift * np.maximum(usual * called * heavy, others * odds), (
            self.groups.largest
        )

    def learn(self, first: int) -> None:
        """Take the hour that began at `first`."""
        state, hour = self.state, slice(first, first + HOUR)
        total, called = (int(one[hour].sum()) for one in (self.counts.total, self.counts.called))
        state.closed.hour = HourSums(
            total, total * CERTAIN, total, called, called * CERTAIN, called * CERTAIN**2
        )
        state.closed.until = START + first + HOUR
        if total:
            learn_hour(state, (START + first) // HOUR, False, self.options)
        end = (first + HOUR) // BLOCK * BLOCK
        start = max(end - (HOUR // BLOCK + 1) * BLOCK, 0)
        self.groups.learn(self.counts.called[start:end].reshape(-1, BLOCK).sum(axis=1).tolist())


def false_alarms(traffic: Sequence[Counts], warmup: int, options: BuzzOptions) -> Found:
    """Follow brands through calm minutes.

    Args:
        traffic: of each brand, equally long.
        warmup: minutes at the beginning in which nothing is bet.
        options: of the detector.
    """
    brands = [Brand.start(counts, options) for counts in traffic]
    minutes = len(traffic[0].total)
    sums = np.zeros((len(BETS), len(brands)))
    alarms = outside = 0
    for first in range(0, minutes, HOUR):
        if first >= warmup:
            ahead = [brand.hour(first) for brand in brands]
            mean = np.stack([found for found, _ in ahead])
            group = np.array([found for _, found in ahead])
            hour = slice(first, first + HOUR)
            seen = np.stack([brand.counts.called[hour] for brand in brands])
            rates = np.stack([brand.counts.rate[hour] for brand in brands])
            outside += int((rates > mean).sum())
            alarms += follow(sums, seen, mean, group, options.steps_between)
        for brand in brands:
            brand.learn(first)
    watched = (minutes - warmup) * len(brands)
    return Found(watched / WEEK, alarms, outside / watched)


def follow(sums: Series, seen: Series, mean: Series, group: Series, limit: float) -> int:
    """Take an hour of all brands; returns the alarms. After one, a brand's sums start again.

    Args:
        sums: [bets, brands], changed in place.
        seen: weights of negatives, [brands, minutes].
        mean: at most, likewise.
        group: of each brand.
        limit: in minutes.
    """
    bets = np.array(BETS)[:, None, None]
    factors = np.exp((seen * np.log(bets) - mean * (bets - 1)) / group[:, None])
    alarms = 0
    for minute in range(seen.shape[1]):
        np.multiply(sums + 1, factors[:, :, minute], out=sums)
        above = sums.mean(axis=0) > limit
        if above.any():
            alarms += int(above.sum())
            sums[:, above] = 0.0
    return alarms
