"""From probabilities to labels, for many texts at once."""

import numpy as np
from numpy.typing import NDArray

from sentiment.card import Card
from sentiment.messages import Label
from sentiment.scores import Probabilities, Scores

_NAMES: tuple[Label, ...] = ("negative", "neutral", "positive", "uncertain", "unsupported")
_LABELS = np.array(_NAMES, object)
_NEGATIVE, _POSITIVE, _UNCERTAIN, _UNSUPPORTED = 0, 2, 3, 4


def labels(card: Card, scores: Scores, least: Probabilities | None = None) -> list[Label]:
    """The label of each text.

    Args:
        card: of the version.
        scores: of n texts.
        least: below this p_known a text is unsupported, [n]; by default the card's threshold.
    """
    codes = _of_three(scores, card.margin) if scores.three else _of_two(scores, card.band)
    if scores.p_known is not None:
        needed = np.float32(card.known_threshold) if least is None else least
        codes[scores.p_known < needed] = _UNSUPPORTED
    found: list[Label] = _LABELS[codes].tolist()
    return found


def lead(scores: Scores) -> NDArray[np.float64]:
    """How far the best class is ahead of the second, float64 [n]."""
    ordered = np.sort(scores.probabilities.astype(np.float64), axis=1)
    ahead: NDArray[np.float64] = ordered[:, -1] - ordered[:, -2]
    return ahead


def _of_three(scores: Scores, margin: float) -> NDArray[np.intp]:
    codes: NDArray[np.intp] = scores.probabilities.argmax(axis=1)
    if margin:
        codes[lead(scores) < margin] = _UNCERTAIN
    return codes


def _of_two(scores: Scores, band: tuple[float, float]) -> NDArray[np.intp]:
    """The band's ends belong to it."""
    p_negative = scores.p_negative.astype(np.float64)
    codes = np.full(len(scores), _UNCERTAIN)
    codes[p_negative > band[1]] = _NEGATIVE
    codes[p_negative < band[0]] = _POSITIVE
    return codes
