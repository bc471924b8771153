"""Figures of merit of probabilities against labels."""

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sklearn.metrics import confusion_matrix, f1_score, log_loss, roc_auc_score

from trainer.calibration import Floats, calibration_error

Labels = NDArray[np.int8]


class Metrics(BaseModel):
    """What a model is worth on some rows. A label is p_negative >= 0.5 here; no band."""

    rows: int
    accuracy: float
    macro_f1: float
    roc_auc: float | None = Field(description="none where the rows have one label only")
    log_loss: float
    calibration_error: float = Field(description="expected calibration error, 15 equal bins")
    confusion: list[list[int]] = Field(
        description="rows: right label positive, negative; columns: what the model said"
    )

    @property
    def figures(self) -> dict[str, float]:
        """All single numbers there are, by name."""
        fields = {name: getattr(self, name) for name in Metrics.model_fields if name != "confusion"}
        return {name: float(value) for name, value in fields.items() if value is not None}


def measure(p_negative: Floats, negative: Labels) -> Metrics:
    """The figures of n probabilities, float [n], against labels, int8 [n] with 1 = negative."""
    p_negative = np.asarray(p_negative, np.float64)
    said = (p_negative >= 0.5).astype(np.int8)
    both = len(np.unique(negative)) == 2
    return Metrics(
        rows=len(negative),
        accuracy=float((said == negative).mean()),
        macro_f1=float(f1_score(negative, said, average="macro", zero_division=0)),
        roc_auc=float(roc_auc_score(negative, p_negative)) if both else None,
        log_loss=float(log_loss(negative, p_negative, labels=[0, 1])),
        calibration_error=calibration_error(p_negative, negative),
        confusion=confusion_matrix(negative, said, labels=[0, 1]).tolist(),
    )


def error_rates(confusion: list[list[int]]) -> tuple[float, float] | None:
    """Shares of the negative called positive and of the positive called negative."""
    (right_positive, false_negative_calls), (missed, right_negative) = confusion
    positives, negatives = right_positive + false_negative_calls, missed + right_negative
    if not positives or not negatives:
        return None
    return missed / negatives, false_negative_calls / positives


def mcnemar(only_first_right: int, only_second_right: int) -> float:
    """Two-sided exact p-value that two models err equally often (McNemar 1947, binomial form).

    Args:
        only_first_right: rows that the first model alone labels right.
        only_second_right: rows that the second model alone labels right.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - half a second that few callers need

    discordant = only_first_right + only_second_right
    if not discordant:
        return 1.0
    p_value = float(binomtest(only_first_right, discordant).pvalue)
    return 1.0 if math.isnan(p_value) else p_value
