import numpy as np
import pytest

from tests.sentiment.test_prevalence import PRIOR, calibrated
from trainer.evaluation.prevalence import SHARES, estimates, fit_prior


def made_up() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Two brands, of 5 and of 60 % negative texts."""
    parts = [(calibrated(share, 4_000, seed), share) for seed, share in enumerate((0.0, 1.0))]
    p_negative = np.concatenate([parts[0][0], parts[1][0]])
    labels = np.repeat([2, 0], 4_000).astype(np.int8)
    random = np.random.default_rng(1)
    brand = np.where(random.random(8_000) < np.where(labels == 0, 0.9, 0.2), "loud", "calm")
    return p_negative, labels, brand.tolist()


def test_each_brand_is_measured_as_it_is_and_at_several_shares() -> None:
    found = estimates(*made_up(), PRIOR)
    assert len(found) == 2 * (1 + len(SHARES))
    assert max(abs(one.error) for one in found) < 0.02
    assert max(abs(one.mean - one.share) for one in found) > 0.1


def test_the_prior_that_fits_is_the_one_of_the_calibration() -> None:
    assert fit_prior(*made_up()) == pytest.approx(PRIOR, abs=0.03)


def test_where_each_brands_own_share_is_in_its_probabilities_no_prior_helps() -> None:
    """As of a model that knows the brand from the words, and the brand's share with it."""
    p_negative, labels, brands = made_up()
    of_brand = {"calm": 0.05, "loud": 0.9}
    odds = p_negative / (1 - p_negative) * (1 - PRIOR) / PRIOR
    own = np.array([of_brand[brand] / (1 - of_brand[brand]) for brand in brands])
    knowing = odds * own / (1 + odds * own)
    assert fit_prior(knowing, labels, brands) is None


def test_without_both_kinds_of_texts_there_is_no_prior() -> None:
    assert fit_prior(np.full(500, 0.2), np.full(500, 2, np.int8), ["one"] * 500) is None
