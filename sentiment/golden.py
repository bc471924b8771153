"""The golden set: texts that every copy of a version has to answer as the first one did."""

from collections.abc import Sequence

import numpy as np

from sentiment.card import GoldenText
from sentiment.errors import GoldenSetError
from sentiment.messages import Label
from sentiment.scores import Scores


def check_golden(
    golden: Sequence[GoldenText],
    scores: Scores,
    labels: Sequence[Label],
    tolerance: float,
    model: str,
) -> None:
    """Compare what a version says now with what it said when it was made.

    Args:
        golden: what it said then.
        scores: of the same texts, now.
        labels: likewise.
        tolerance: largest difference of a probability.
        model: how to call it in the error.

    Raises:
        GoldenSetError: a text gets another label, or a probability beyond the tolerance.
    """
    found = scores.probabilities
    for row, expected in enumerate(golden):
        got = found[row].tolist()
        apart = np.abs(np.subtract(_expected(expected, len(got)), got))
        if not np.all(apart <= tolerance) or labels[row] != expected.label:
            raise GoldenSetError(
                f"{model} does not reproduce its golden set: expected p_negative "
                f"{expected.p_negative:.4f} ({expected.label}) within {tolerance}, got "
                f"{_told(got)} ({labels[row]}); train and register the version again."
            )


def _expected(golden: GoldenText, classes: int) -> list[float]:
    """The probabilities there were, in the order of the classes."""
    three = [golden.p_negative, golden.p_neutral, golden.p_positive]
    known = [p if p is not None else np.nan for p in three]
    return known if classes == len(known) else [golden.p_negative, 1 - golden.p_negative]


def _told(probabilities: list[float]) -> str:
    first, *others = (f"{p:.4f}" for p in probabilities)
    return first if len(others) == 1 else f"{first} (neutral {others[0]}, positive {others[1]})"
