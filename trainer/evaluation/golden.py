"""The golden set of a card: fixed texts of ours, and what the version said of them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Card, GoldenText
from sentiment.labels import labels, lead
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer
from sentiment.scores import Scores

_ODD = (
    "I love this airline, thank you so much!",
    "Worst flight ever. Three hours late and nobody told us.",
    "not bad at all :)",
    "I don't like it",
    "The flight leaves at ten from gate 12.",
    "Le vol est annul\u00e9, cinq heures d'attente.",
    "@VirginAmerica sooooo late AGAIN :( https://t.co/abc #EpicFail",
    "\U0001f60d\U0001f60d",
    "\U0001f621 \U0001f44e\U0001f3fd",
    "\u4f60\u597d",
    "\u202e\u0301\ufffd\x00",
    "&lt;3 &amp; more",
    "no " * 400,
)


def write_golden(folder: Path, card: Card, texts: int = 24) -> Card:
    """Write the card with a golden set scored by the artefact itself.

    Texts whose label a difference within the tolerance would change are left out.
    """
    artefact.write_card(folder, card.model_copy(update={"golden": []}))
    candidates = [*_ODD, *(text for text, _ in sample_tweets(texts))]
    scores = Scorer(folder, threads=1).score(candidates)
    named = labels(card, scores)
    golden = [
        GoldenText(
            text=candidates[row],
            label=named[row],
            p_negative=float(scores.p_negative[row]),
            p_neutral=_number(scores.p_neutral, row),
            p_positive=_number(scores.p_positive, row),
        )
        for row in np.flatnonzero(_firm(card, scores)).tolist()
    ]
    finished = card.model_copy(update={"golden": golden})
    artefact.write_card(folder, finished)
    return finished


def _number(column: NDArray[np.float32] | None, row: int) -> float | None:
    return None if column is None else float(column[row])


def _firm(card: Card, scores: Scores) -> NDArray[np.bool_]:
    """Whose label no difference within the tolerance changes, bool [n]."""
    if scores.three:
        # Two probabilities can move towards each other.
        firm = np.abs(lead(scores) - card.margin) > 2 * card.tolerance
    else:
        edges = np.array(card.band)[:, None]
        firm = np.abs(edges - scores.p_negative).min(axis=0) > card.tolerance
    if scores.p_known is not None and card.known_threshold:
        firm &= np.abs(scores.p_known - card.known_threshold) > card.tolerance
    return firm
