"""Shares of negatives from probabilities that are calibrated for another share."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from sentiment.prevalence import BINS, bin_of, bins_of, negative_share, standard_error

PRIOR = 0.3


def calibrated(share: float, texts: int, seed: int = 7) -> NDArray[np.float64]:
    """p_negative of texts of a brand with this share, calibrated for the prior.

    A text's evidence is normal around +1.2 where it is negative and around -1.2 where it is not,
    so that its log likelihood ratio is 2.4 times the evidence: about 88 % right at equal shares.
    """
    random = np.random.default_rng(seed)
    negative = random.random(texts) < share
    evidence = random.normal(np.where(negative, 1.2, -1.2))
    return 1 / (1 + np.exp(-(2.4 * evidence + np.log(PRIOR / (1 - PRIOR)))))


def counted(p_negative: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.bincount(bins_of(p_negative, PRIOR), minlength=BINS)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.95, 1.0])
def test_brands_of_any_share_are_right_within_two_points(share: float) -> None:
    p_negative = calibrated(share, 20_000)
    assert negative_share(counted(p_negative), PRIOR) == pytest.approx(share, abs=0.02)


def test_without_the_correction_they_are_not() -> None:
    assert calibrated(0.05, 20_000).mean() > 0.08
    assert calibrated(0.95, 20_000).mean() < 0.9


def test_many_brands_at_once_are_as_each_alone() -> None:
    rows = np.array([counted(calibrated(share, 500)) for share in (0.05, 0.2, 0.6)])
    together = negative_share(rows.reshape(1, 3, BINS), PRIOR)
    assert together.shape == (1, 3)
    alone = [negative_share(row, PRIOR) for row in rows]
    np.testing.assert_allclose(together[0], alone)


def test_no_text_says_what_is_expected_and_few_texts_move_little() -> None:
    nothing = np.zeros(BINS, np.int64)
    assert negative_share(nothing, 0.2) == pytest.approx(0.2, abs=1e-6)
    one = nothing.copy()
    one[-1] = 1
    assert 0.2 < negative_share(one, 0.2) < 0.9


def test_the_standard_error_is_how_far_estimates_scatter() -> None:
    counts = [counted(calibrated(0.2, 400, seed)) for seed in range(200)]
    found = negative_share(np.array(counts), PRIOR)
    errors = standard_error(np.array(counts), found)
    assert errors.mean() == pytest.approx(found.std(), rel=0.15)


def test_counts_of_versions_with_other_priors_add_up() -> None:
    p_negative = calibrated(0.6, 20_000)
    odds = p_negative / (1 - p_negative) * (1 - PRIOR) / PRIOR * 0.1 / 0.9
    other = odds / (1 + odds)  # what a version calibrated for 10 % says of the same texts
    both = counted(p_negative) + np.bincount(bins_of(other, 0.1), minlength=BINS)
    assert negative_share(both, PRIOR) == pytest.approx(0.6, abs=0.02)


def test_certain_probabilities_and_none_at_all_have_bins() -> None:
    assert bins_of(np.array([0.0, 1.0]), PRIOR).tolist() == [0, BINS - 1]
    assert bins_of(np.empty(0), PRIOR).shape == (0,)


def test_one_text_has_the_bin_that_it_has_among_many() -> None:
    p_negative = np.linspace(0, 1, 1_001)
    assert [bin_of(p, PRIOR) for p in p_negative.tolist()] == bins_of(p_negative, PRIOR).tolist()


def test_a_thousand_brands_cost_milliseconds() -> None:
    counts = np.tile(counted(calibrated(0.2, 500)), (1_000, 1))
    negative_share(counts, PRIOR)
    started = time.process_time()
    negative_share(counts, PRIOR)
    assert time.process_time() - started < 0.2
