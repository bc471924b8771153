"""Which words carry a score: leave each out and look what changes (occlusion).

Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 3, on
words: the weight of a piece is the probability of a class by the whole text less that without the
piece.
"""

import re
from dataclasses import dataclass

from sentiment.messages import Sentiment
from sentiment.scorer import Scorer
from sentiment.scores import Answer
from sentiment.support import select

_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Weighed:
    """A stretch `text[start:end]` and its weights for each class, from -1 to 1."""

    start: int
    end: int
    weights: dict[Sentiment, float]


def explain(scorer: Scorer, text: str, lang: str | None, most: int) -> tuple[Answer, list[Weighed]]:
    """What the version says of a text, and the weight of each of its words.

    Args:
        scorer: the version that is asked.
        text: the text as people wrote it; it is cleaned for each score, as always.
        lang: what is said of its language.
        most: pieces at most; in a longer text a piece is several neighbouring words.
    """
    spans = pieces(text, most)
    without = [text[:start] + text[end:] for start, end in spans]
    scores = scorer.score([text, *without])
    asked = select(scorer.card, [text], [lang])
    (answer,) = scorer.answers(asked, scores[: len(asked.rows)])
    whole, rest = scores.probabilities[0], scores.probabilities[1:]
    return answer, [
        Weighed(start, end, dict(zip(scorer.card.classes, weights, strict=True)))
        for (start, end), weights in zip(spans, (whole - rest).tolist(), strict=True)
    ]


def pieces(text: str, most: int) -> list[tuple[int, int]]:
    """Start and end of at most `most` pieces that hold all words, none cut."""
    words = [match.span() for match in _WORD.finditer(text)]
    step = -(-len(words) // most)
    groups = [words[first : first + step] for first in range(0, len(words), max(step, 1))]
    return [(group[0][0], group[-1][1]) for group in groups]
