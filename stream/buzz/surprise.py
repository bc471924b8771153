"""How surprising a count is, as -log10 of the chance of that count or more."""

import math
from dataclasses import dataclass

from scipy.special import betainc

_LEAST = 1e-300
_HALF_LIFE_HOURS = 14 * 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_PRIOR_HOURS = 12.0
_FLOOR = 0.0005
_OUTLIER = 9.0
"""A squared residual counts as at most this many variances: a crisis must not teach the model
that crises are normal."""


def count_surprise(count: float, mean: float, dispersion: float) -> float:
    """Of `count` or more events under a negative binomial of variance mean + dispersion mean^2.

    The survival function is the regularised incomplete beta function.
    """
    if count <= mean or mean <= 0:
        return 0.0
    chance = betainc(count, 1 / dispersion, mean * dispersion / (1 + mean * dispersion))
    return -math.log10(max(float(chance), _LEAST))


def share_surprise(part: float, whole: float, share: float, correlation: float) -> float:
    """Of `part` or more of `whole` under a binomial with correlated trials.

    Counts are divided by the design effect 1 + (whole - 1) correlation and then taken as binomial
    (Rao and Scott 1992, "A simple method for the analysis of clustered binary data").
    """
    if part <= whole * share:
        return 0.0
    effect = 1 + (whole - 1) * correlation
    chance = betainc(part / effect, (whole - part + 1) / effect, share)
    return -math.log10(max(float(chance), _LEAST))


@dataclass(slots=True)
class Dispersion:
    """Excess variance in units of mean^2, learned by moments once an hour.

    Starts at a prior worth half a day; forgets by half in two weeks.
    """

    excess: float
    weight: float

    @classmethod
    def of(cls, prior: float) -> "Dispersion":
        """A dispersion of which nothing is known but the prior."""
        return cls(prior * _PRIOR_HOURS, _PRIOR_HOURS)

    @property
    def value(self) -> float:
        """The estimate, above 0."""
        return max(self.excess / self.weight, _FLOOR)

    def learn(self, seen: float, mean: float, variance: float, unit: float) -> None:
        """Take one residual.

        Args:
            seen: what was counted.
            mean: what was expected.
            variance: the variance there would be without dispersion.
            unit: what a dispersion of one would add to it.
        """
        if unit <= 0:
            return
        total = variance + self.value * unit
        excess = min((seen - mean) ** 2, _OUTLIER * total) - variance
        weight = unit / (unit + total)
        self.excess = self.excess * _DECAY + weight * excess / unit
        self.weight = self.weight * _DECAY + weight
