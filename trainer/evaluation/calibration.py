"""Temperature scaling and expected calibration error (Guo et al. 2017, "On Calibration")."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit

Floats = NDArray[np.floating]
_BINS = 15


def fit_temperature(logits: Floats, negative: NDArray[Any]) -> float:
    """The divisor of logits with the least log loss, between 0.05 and 20.

    Args:
        logits: float [n], of the negative class.
        negative: [n], 1 where the text is negative, else 0.
    """
    signed = np.where(negative == 1, logits, -logits)

    def log_loss(log_temperature: float) -> float:
        return float(np.logaddexp(0, -signed / np.exp(log_temperature)).mean())

    return float(np.exp(minimize_scalar(log_loss, bounds=(-3, 3), method="bounded").x))


def calibrated(logits: Floats, temperature: float) -> Floats:
    """Probabilities of logits under a temperature, float [n]."""
    probabilities: Floats = expit(np.asarray(logits, np.float64) / temperature)
    return probabilities


def calibration_error(p_negative: Floats, negative: NDArray[np.int8], bins: int = _BINS) -> float:
    """Expected calibration error of p_negative: |share - mean p| over equal bins of p, weighted."""
    bin_of = np.minimum((p_negative * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, np.asarray(negative, float) - p_negative, bins)
    return float(np.abs(gaps).sum() / max(len(p_negative), 1))
