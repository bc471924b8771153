"""The golden set of a card: fixed texts of ours, and what the version said of them."""

from pathlib import Path

import numpy as np

from sentiment import artefact
from sentiment.card import Card, GoldenText
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer

_ODD = (
    "I love this airline, thank you so much!",
    "Worst flight ever. Three hours late and nobody told us.",
    "not bad at all :)",
    "I don't like it",
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
    with_scores = zip(candidates, Scorer(folder, threads=1).score(candidates), strict=True)
    edges = np.array(card.band)
    golden = [
        GoldenText(text=text, label=card.label(float(p)), p_negative=float(p))
        for text, p in with_scores
        if np.abs(edges - p).min() > card.tolerance
    ]
    finished = card.model_copy(update={"golden": golden})
    artefact.write_card(folder, finished)
    return finished
