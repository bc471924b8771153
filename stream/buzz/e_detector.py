"""An e-detector: evidence whose false alarms are rare by a proof and not by an estimate.

Normal is declared, as the class of all behaviour with these three properties. They leave the rest
open: the rate may swing, depend on the past and on other brands, and have any distribution.

1. Negative mentions come in groups (a text and its copies, a conversation) of a weight of at most
   `group`. A mention weighs at most 1.
2. Given all that came before, the negatives to come are never expected to weigh more than `mean` a
   step.
3. `group` and `mean` are known before the step.

Then, for any bet r above 1, the weight x of a step gives a factor

    exp((x log r - mean (r - 1)) / group)

whose expectation, given the past, is at most 1: a group of the weight w <= g adds at most
r^(w/g) - 1 <= w (r - 1) / g, by convexity, and a point process of bounded intensity makes a
supermartingale of it (Bremaud 1981, "Point processes and queues", chapter VI). Property 1 may be
weaker: the weights of groups need only satisfy E[r^(w/g) - 1] <= E[w] (r - 1) / g.

So the sum S of Shiryaev and Roberts, S <- (1 + S) factor, grows by at most 1 a step in the mean,
and so does the mean of the sums of several bets. The mean time until it reaches N is at least N
steps (Shin, Ramdas and Rinaldo 2024, "E-detectors: a nonparametric framework for sequential change
detection"). After an alert the sums start from 0 again: the bound holds for the time between two
alerts as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

BETS = (1.4, 1.9, 2.8)
"""How many times the mean each bet expects; a burst between them is found nearly as soon."""
_MOST = 1.5
"""The sums grow up to this power of the limit, so that they fall soon after a burst."""
_CALM = 5.0
_HALF_LIFE_HOURS = 14 * 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_PRIOR = 200.0
_LARGER = 1.5
_OUTLIER = 9.0


@dataclass(slots=True)
class Bets:
    """The sums of one brand.

    Attributes:
        sums: of Shiryaev and Roberts, one for each bet; empty: nothing is bet yet.
        calm: the last step in which their mean was at most 5, as it is in ordinary minutes: what
            grew since began after it.
    """

    sums: list[float] = field(default_factory=list)
    calm: int = -1

    def clear(self) -> None:
        """Start again."""
        self.sums = []

    def follow(self, step: int, weight: float, mean: float, group: float, limit: float) -> None:
        """Take a step.

        Args:
            step: its number.
            weight: of its negatives.
            mean: that weight, at most, if all is normal; above 0.
            group: weight of a group of negatives, at most.
            limit: the mean of the sums at which an alert opens, in steps.
        """
        most = limit**_MOST
        sums = self.sums or [0.0] * len(BETS)
        grown = zip(sums, factors(weight, mean, group), strict=True)
        self.sums = [min((1 + have) * factor, most) for have, factor in grown]
        if sum(self.sums) <= _CALM * len(BETS):
            self.calm = step

    def strength(self, limit: float) -> float:
        """Above 1 where the mean of the sums is above the limit; on a scale of logarithms."""
        return math.log1p(sum(self.sums) / len(BETS)) / math.log1p(limit)


def factors(weight: float, mean: float, group: float) -> Sequence[float]:
    """Of a step, one for each bet."""
    return [math.exp((weight * math.log(bet) - mean * (bet - 1)) / group) for bet in BETS]


@dataclass(slots=True)
class Groups:
    """How large the groups are in which a brand's negatives come.

    The index of dispersion of short blocks of time, by the squared differences of neighbours
    (von Neumann 1941), so that slow swings do not count: 1 where all come alone, the mean size of
    a negative's own group where they come in groups. Forgets by half in two weeks.
    """

    square: float = 0.0
    weight: float = 0.0

    @property
    def dispersion(self) -> float:
        """The index; the prior, of negatives that come alone, is worth 200 of them."""
        return (self.square + _PRIOR) / (self.weight + _PRIOR)

    @property
    def largest(self) -> float:
        """The weight of a group that is declared: it covers groups of geometric and logarithmic
        sizes, of which the index tells the mean only."""
        return 1 + _LARGER * max(self.dispersion - 1, 0.0)

    def learn(self, blocks: Sequence[float]) -> None:
        """Take the weights of neighbouring blocks."""
        usual = self.dispersion
        square = weight = 0.0
        for one, other in pairwise(blocks):
            middle = (one + other) / 2
            square += min((other - one) ** 2 / 2, _OUTLIER * usual * max(middle, 1.0))
            weight += middle
        self.square = round(self.square * _DECAY + square, 4)
        self.weight = round(self.weight * _DECAY + weight, 4)
