"""How right the corrected share of negatives is, for brands of any share; and the best prior."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.prevalence import BINS, bins_of, negative_share
from trainer.data.labelled import NEGATIVE

SHARES = (0.05, 0.2, 0.4, 0.6)
"""Shares that each group of texts is weighted to."""

_PRIORS = np.arange(0.05, 0.7, 0.01)
_TEXTS = 2_000
_FEWEST = 30
"""Texts of a kind in a group: fewer do not show what the kind looks like."""


@dataclass(frozen=True)
class Estimate:
    """One group of texts, weighted to a share of negatives.

    Attributes:
        group: a brand or a source.
        share: of negatives, by the labels.
        mean: of p_negative.
        corrected: the share by maximum likelihood.
    """

    group: str
    share: float
    mean: float
    corrected: float

    @property
    def error(self) -> float:
        """The corrected share less the right one."""
        return self.corrected - self.share


def estimates(
    p_negative: NDArray[np.floating],
    labels: NDArray[np.int8],
    groups: Sequence[str],
    prior: float,
    shares: Sequence[float] = SHARES,
) -> list[Estimate]:
    """The share of each group as it is, and as if it had each of some shares of negatives.

    Args:
        p_negative: calibrated, [n].
        labels: indices into (negative, neutral, positive), [n].
        groups: names of brands or sources, [n].
        prior: share of negatives that p_negative is calibrated for.
        shares: each group is weighted to, besides its own.
    """
    bins = bins_of(p_negative, prior)
    return [
        Estimate(group, share, mean, float(negative_share(counts * _TEXTS, prior)))
        for group, share, mean, counts in _weighted(p_negative, labels, groups, bins, shares)
    ]


def fit_prior(
    p_negative: NDArray[np.floating], labels: NDArray[np.int8], groups: Sequence[str]
) -> float | None:
    """The prior that corrects the shares of all groups best, weighted to several shares each.

    Ideally it is the share of negatives in the calibration's texts. Where a model knows from the
    words which source a text is of, and with it that source's share, another one serves better.

    Args:
        p_negative: of texts that the version was not trained on, [n].
        labels: indices into (negative, neutral, positive), [n].
        groups: names of brands or sources, [n]; small ones count for nothing.

    Returns:
        the prior; None where no group has enough negative and other texts, or where the mean of
        p_negative is nearer to the right shares than any prior brings them.
    """
    found = {
        prior: estimates(p_negative, labels, groups, prior) for prior in _PRIORS.round(2).tolist()
    }
    best = min(found, key=lambda prior: _mean_error(found[prior]))
    plain = float(np.mean([abs(one.mean - one.share) for one in found[best]] or [0.0]))
    return best if _mean_error(found[best]) < plain else None


def _mean_error(found: Sequence[Estimate]) -> float:
    return float(np.mean([abs(one.error) for one in found] or [0.0]))


def _weighted(
    p_negative: NDArray[np.floating],
    labels: NDArray[np.int8],
    groups: Sequence[str],
    bins: NDArray[np.intp],
    shares: Sequence[float],
) -> Iterator[tuple[str, float, float, NDArray[np.float64]]]:
    """Group, share, mean of p_negative, and parts of the texts in each bin."""
    names, negative = np.array(groups), labels == NEGATIVE
    for group in np.unique(names).tolist():
        own = names == group
        kinds = own & negative, own & ~negative
        if min(int(kind.sum()) for kind in kinds) < _FEWEST:
            continue
        parts = [np.bincount(bins[kind], minlength=BINS) / kind.sum() for kind in kinds]
        means = [float(p_negative[kind].mean()) for kind in kinds]
        for share in (float(negative[own].mean()), *shares):
            weights = (share, 1 - share)
            mean = float(np.dot(weights, means))
            yield group, share, mean, weights[0] * parts[0] + weights[1] * parts[1]
