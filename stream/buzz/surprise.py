"""How surprising a count is, in standard deviations."""

import math
from dataclasses import dataclass

_HALF_LIFE_HOURS = 14 * 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_PRIOR_HOURS = 24.0
_FLOOR = 0.001
_OUTLIER = 9.0
"""A squared residual counts as at most this many variances: a crisis must not teach the model
that crises are normal."""


def count_surprise(count: float, mean: float, dispersion: float) -> float:
    """Of `count` events under a negative binomial of variance mean + dispersion mean^2.

    The signed root of the deviance, which is nearly normal whatever the mean (McCullagh and
    Nelder 1989, "Generalized linear models", section 2.4); 0 where not above the mean.
    """
    if count <= mean or mean <= 0:
        return 0.0
    shape = 1 / dispersion
    lost = (count + shape) * math.log((shape + count) / (shape + mean))
    return math.sqrt(max(2 * (count * math.log(count / mean) - lost), 0.0))


@dataclass(slots=True)
class Dispersion:
    """Excess variance in units of mean^2, learned by moments once an hour.

    The prior is worth a day; what was learned is forgotten by half in two weeks.
    """

    excess: float = 0.0
    weight: float = 0.0
    prior: float = 0.1

    @property
    def value(self) -> float:
        """The estimate, above 0."""
        excess = self.excess + self.prior * _PRIOR_HOURS
        return max(excess / (self.weight + _PRIOR_HOURS), _FLOOR)

    def learn(self, seen: float, mean: float, doubt: float, part: float) -> None:
        """Take one residual.

        Args:
            seen: what was counted.
            mean: what was expected.
            doubt: relative variance of that expectation itself.
            part: of an independent look that this one is worth.
        """
        if mean <= 0:
            return
        square = mean * mean
        own = self.value * square
        total = mean + own + doubt * square
        excess = min((seen - mean) ** 2, _OUTLIER * total) - mean - doubt * square
        weight = part * own / total
        self.excess = round(self.excess * _DECAY + weight * excess / square, 6)
        self.weight = round(self.weight * _DECAY + weight, 6)
