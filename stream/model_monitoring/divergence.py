"""How far two distributions over the same bins are apart."""

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]

_LEAST_SHARE = 0.001


def population_stability_index(expected: Shares, found: Shares) -> float:
    """Sum of (found - expected) * ln(found / expected) over the bins.

    Siddiqi 2006, "Credit Risk Scorecards": below 0.1 none, above 0.25 a great shift. Shares
    below 0.001 count as 0.001, so that an empty bin stays finite.
    """
    old, new = np.maximum(expected, _LEAST_SHARE), np.maximum(found, _LEAST_SHARE)
    return float(np.sum((new - old) * np.log(new / old)))


def jensen_shannon(expected: Shares, found: Shares) -> float:
    """Jensen-Shannon divergence in bits: 0 the same, 1 nothing in common (Lin 1991)."""
    middle = (expected + found) / 2
    return (_divergence(expected, middle) + _divergence(found, middle)) / 2


def _divergence(one: Shares, other: Shares) -> float:
    some = one > 0
    return float(np.sum(one[some] * np.log2(one[some] / other[some])))
