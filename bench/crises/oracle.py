"""The bound: tests that know the true rates, the size of the burst and how the model errs."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.crises.pool import NAMED, Pool

_BINS = 40
_HORIZON = 9
"""Minutes of a burst that count where it is to be found within ten, one of lateness included."""


@dataclass(frozen=True)
class Densities:
    """How often p(negative) falls into each bin, among the texts of each sort."""

    edges: NDArray[np.float64]
    negative: NDArray[np.float64]
    positive: NDArray[np.float64]
    burst: NDArray[np.float64]

    @classmethod
    def of(cls, pool: Pool) -> "Densities":
        """Counted in the very texts that the traffic is made of."""
        plain = pool.p_negative[np.concatenate([pool.negative, pool.positive])]
        edges = np.unique(np.quantile(plain.astype(float), np.linspace(0, 1, _BINS + 1)[1:-1]))
        negative, positive, named = (
            _chances(edges, pool.p_negative[places])
            for places in (pool.negative, pool.positive, np.concatenate(pool.causes))
        )
        return cls(edges, negative, positive, NAMED * named + (1 - NAMED) * negative)

    def ratios(
        self, p_negative: Sequence[float], negative: float, positive: float
    ) -> NDArray[np.float64]:
        """Of each mention: the rate of mentions like it in a burst of size 2, less the usual one,
        to the usual one."""
        bins = np.searchsorted(self.edges, np.asarray(p_negative, float), side="right")
        usual = negative * self.negative[bins] + positive * self.positive[bins]
        return negative * self.burst[bins] / usual


def _chances(edges: NDArray[np.float64], p_negative: NDArray[np.float32]) -> NDArray[np.float64]:
    bins = np.searchsorted(edges, p_negative.astype(float), side="right")
    # A half more in each bin: none is so rare that one mention proves a burst.
    found = np.bincount(bins, minlength=len(edges) + 1) + 0.5
    return found / found.sum()  # type: ignore[no-any-return]


@dataclass
class Oracle:
    """The log-likelihood ratio of each minute's mentions with their p(negative).

    A marked Poisson process with `size` times the rate of negatives, against the true rate. It
    knows the rates with all their swings and the densities of p(negative), which no detector can.
    Summed up as a CUSUM, which is soonest over all delays (Page 1954), and over the last nine
    minutes, which is strongest where a burst is to be found within ten (Neyman and Pearson 1933).
    """

    size: float
    cusum: float = 0.0
    last: deque[float] = field(default_factory=lambda: deque(maxlen=_HORIZON))

    def step(self, ratios: NDArray[np.float64], negative: float) -> dict[str, float]:
        """Take a minute; returns the level of both sums, by name.

        Args:
            ratios: `Densities.ratios` of its mentions.
            negative: the true rate of negative mentions without a burst.
        """
        gain = float(np.log1p((self.size - 1) * ratios).sum()) - (self.size - 1) * negative
        self.cusum = max(self.cusum + gain, 0.0)
        self.last.append(gain)
        return {"oracle": self.cusum, "oracle 9 min": max(math.fsum(self.last), 0.0)}
