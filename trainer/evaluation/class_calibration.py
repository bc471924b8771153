"""Temperature and a bias of each class, fitted together (Alexandari et al. 2020, "Maximum
Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label Shift Adaptation")."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Calibration:
    """What turns logits into calibrated probabilities: softmax(logits / temperature + bias).

    Attributes:
        temperature: above 0.
        bias: float [classes]; its sum is 0.
    """

    temperature: float
    bias: tuple[float, ...]

    def probabilities(self, logits: Floats) -> Floats:
        """float [n, classes], rows adding up to 1."""
        found: Floats = softmax(
            np.asarray(logits, np.float64) / self.temperature + self.bias, axis=1
        )
        return found


def fit_calibration(
    logits: Floats, labels: NDArray[np.int8], weights: Floats | None = None
) -> Calibration:
    """The temperature, between 0.05 and 20, and the biases with the least log loss.

    Args:
        logits: float [n, classes].
        labels: int8 [n], the classes' numbers.
        weights: float [n], of the rows; all alike by default.
    """
    values = np.asarray(logits, np.float64)
    classes = values.shape[1]
    share = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)

    def loss(parameters: NDArray[np.float64]) -> float:
        found = log_softmax(values / np.exp(parameters[0]) + parameters[1:], axis=1)
        chosen = found[np.arange(len(labels)), labels]
        return float(-(share * chosen).sum() / share.sum() + 1e-4 * (parameters[1:] ** 2).sum())

    bounds = [(-3.0, 3.0), *[(-5.0, 5.0)] * classes]
    best = minimize(loss, np.zeros(classes + 1), bounds=bounds).x
    return Calibration(float(np.exp(best[0])), tuple((best[1:] - best[1:].mean()).tolist()))
