"""The share of negative texts, by maximum likelihood from calibrated probabilities.

A probability is calibrated for the shares of classes among the texts that it was calibrated on.
Where a brand has another share, its mean lies between the two shares, and so does the count of a
label. The likelihood ratio of a text, odds by odds of the prior, does not depend on the share: the
share under which all of them are likeliest is the estimate (Saerens, Latinne and Decaestecker 2002;
with bias-corrected calibration, Alexandari, Kundaje and Shrikumar 2020). The likelihood is concave
in the share, so its maximum is found by halving, which EM approaches ever more slowly.

It holds where classes look alike in both places and only their shares differ.

Texts are counted in bins of their log likelihood ratio: a brand's minute is `BINS` numbers,
whatever came in it, and counts of different versions may be added up.
"""

from math import floor, log

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.integer] | NDArray[np.floating]
Shares = NDArray[np.float64]

_LOWEST, _WIDTH = -6.0, 0.5
BINS = 24
"""Log likelihood ratios of a bin differ by half at most; the outer bins are open."""
_CENTRES = _LOWEST + _WIDTH * (np.arange(BINS) + 0.5)
_RATIOS = np.exp(_CENTRES)
_STEPS = 24
"""Halvings: an error of 1e-7."""
_WEIGHT = 1.0
"""Texts that the prior counts as: it keeps few texts from a share of 0 or 1."""
_LEAST = 1e-6


def bins_of(p_negative: NDArray[np.floating], prior: float) -> NDArray[np.intp]:
    """The bin of each text, [n].

    Args:
        p_negative: calibrated, [n].
        prior: share of negative texts that it is calibrated for, above 0 and below 1.
    """
    p = np.clip(np.asarray(p_negative, np.float64), _LEAST, 1 - _LEAST)
    ratios = np.log(p / (1 - p)) - np.log(prior / (1 - prior))
    places: NDArray[np.intp] = np.floor((ratios - _LOWEST) / _WIDTH).astype(np.intp)
    return places.clip(0, BINS - 1)


def bin_of(p_negative: float, prior: float) -> int:
    """As `bins_of`, for one text: without numpy it takes half a microsecond."""
    p = min(max(p_negative, _LEAST), 1 - _LEAST)
    ratio = log(p / (1 - p)) - log(prior / (1 - prior))
    return min(max(floor((ratio - _LOWEST) / _WIDTH), 0), BINS - 1)


def negative_share(counts: Counts, prior: float, weight: float = _WEIGHT) -> Shares:
    """The share of negative texts, float64 [...].

    Args:
        counts: texts in each bin, [..., BINS]; several rows are several brands or windows.
        prior: share expected before any text was seen, from 0 to 1.
        weight: texts that the prior counts as, above 0.
    """
    found = np.asarray(counts, np.float64)
    low, high = np.zeros(found.shape[:-1]), np.ones(found.shape[:-1])
    for _ in range(_STEPS):
        middle = (low + high) / 2
        rising = _slope(found, middle, prior, weight) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return (low + high) / 2


def standard_error(counts: Counts, share: Shares | float, weight: float = _WEIGHT) -> Shares:
    """How far an estimated share may be from the true one by chance, float64 [...].

    Args:
        counts: texts in each bin, [..., BINS].
        share: as `negative_share` estimates it, [...].
        weight: texts that the prior counts as.
    """
    share = np.asarray(share, np.float64)
    pull = (_RATIOS - 1) / _mixture(share)
    known = (np.asarray(counts) * pull**2).sum(axis=-1)
    own = np.clip(share * (1 - share), _LEAST, None)
    error: Shares = 1 / np.sqrt(known + weight / own)
    return error


def _slope(counts: Shares, share: Shares, prior: float, weight: float) -> Shares:
    """Derivative of the log likelihood and of the prior's, by the share."""
    of_texts = (counts * (_RATIOS - 1) / _mixture(share)).sum(axis=-1)
    slope: Shares = of_texts + weight * (prior / share - (1 - prior) / (1 - share))
    return slope


def _mixture(share: Shares) -> Shares:
    """Likelihood of each bin under a share, by that of a text that is not negative."""
    mixture: Shares = 1 + share[..., None] * (_RATIOS - 1)
    return mixture
