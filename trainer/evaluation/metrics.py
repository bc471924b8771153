"""Figures of merit of probabilities against labels."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sklearn.metrics import confusion_matrix, f1_score, log_loss, recall_score, roc_auc_score

from sentiment.card import THREE
from sentiment.messages import Sentiment
from sentiment.scores import Scores
from trainer.data.labelled import Labelled
from trainer.evaluation.calibration import Floats, calibration_error

Labels = NDArray[np.int8]
_LEAST = 1e-15


class Metrics(BaseModel):
    """What a model is worth on some rows; no band.

    Of two classes, a label is p_negative >= 0.5; of three, it is the likeliest class.
    """

    rows: int
    accuracy: float
    macro_f1: float
    macro_recall: float = Field(description="mean recall of the classes")
    roc_auc: float | None = Field(
        description="of p_negative for negative against the others; null if only one of both occurs"
    )
    log_loss: float
    calibration_error: float = Field(
        description="expected calibration error, 15 equal bins: of p_negative for two classes, of "
        "the likeliest class for three"
    )
    classes: list[Sentiment] = Field(description="that the rows were labelled with")
    confusion: list[list[int]] = Field(
        description="rows: right label, in the order of `classes`; columns: what the model said"
    )

    @property
    def figures(self) -> dict[str, float]:
        """All single numbers there are, by name."""
        fields = {name: getattr(self, name) for name in Metrics.model_fields}
        numbers = {name: one for name, one in fields.items() if isinstance(one, int | float)}
        return {name: float(value) for name, value in numbers.items()}


def measure(p_negative: Floats, negative: Labels) -> Metrics:
    """The figures of n probabilities, float [n], against labels, int8 [n] with 1 = negative."""
    p_negative = np.asarray(p_negative, np.float64)
    said = (p_negative >= 0.5).astype(np.int8)
    return Metrics(
        **_of_labels(said, negative, 2),
        roc_auc=_roc_auc(p_negative, negative),
        log_loss=float(log_loss(negative, p_negative, labels=[0, 1])),
        calibration_error=calibration_error(p_negative, negative),
        classes=["positive", "negative"],
    )


def measure_three(probabilities: Floats, labels: Labels) -> Metrics:
    """The figures of probabilities, float [n, 3], against labels, int8 [n], both in the order
    negative, neutral, positive."""
    probabilities = np.asarray(probabilities, np.float64)
    said = probabilities.argmax(axis=1).astype(np.int8)
    right = (said == labels).astype(np.int8)
    return Metrics(
        **_of_labels(said, labels, 3),
        roc_auc=_roc_auc(probabilities[:, 0], (labels == 0).astype(np.int8)),
        log_loss=float(-np.log(np.maximum(_of_right(probabilities, labels), _LEAST)).mean()),
        calibration_error=calibration_error(probabilities.max(axis=1), right),
        classes=list(THREE),
    )


def measured(scores: Scores, data: Labelled) -> Metrics:
    """The figures of a version's scores on labelled rows.

    Rows without neutral are judged by negative against positive, whatever the version. On rows
    with neutral, a version of two classes says `neutral` never.
    """
    if not data.three:
        return measure(scores.as_two().p_negative, data.negative)
    probabilities = scores.probabilities
    if not scores.three:
        probabilities = np.insert(probabilities, 1, 0.0, axis=1)
    return measure_three(probabilities, data.labels)


def _of_labels(said: Labels, labels: Labels, classes: int) -> dict[str, Any]:
    codes = list(range(classes))
    scored: dict[str, Any] = {"labels": codes, "average": "macro", "zero_division": 0}
    return {
        "rows": len(labels),
        "accuracy": float((said == labels).mean()),
        "macro_f1": float(f1_score(labels, said, **scored)),
        "macro_recall": float(recall_score(labels, said, **scored)),
        "confusion": confusion_matrix(labels, said, labels=codes).tolist(),
    }


def _roc_auc(p_negative: Floats, negative: Labels) -> float | None:
    if len(np.unique(negative)) < 2:
        return None
    return float(roc_auc_score(negative, p_negative))


def _of_right(probabilities: Floats, labels: Labels) -> Floats:
    found: Floats = probabilities[np.arange(len(labels)), labels]
    return found


def error_rates(metrics: Metrics) -> tuple[float, float] | None:
    """Shares of the negative called otherwise, and of all others called negative."""
    table, negative = np.array(metrics.confusion), metrics.classes.index("negative")
    found, called = table[negative], table[:, negative]
    negatives, others = int(found.sum()), int(table.sum() - found.sum())
    if not negatives or not others:
        return None
    hits = int(found[negative])
    return (negatives - hits) / negatives, (int(called.sum()) - hits) / others


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
