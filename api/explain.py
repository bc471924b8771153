"""Which words carry a score: leave each out and look what changes (occlusion).

Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 3, on
words: the weight of a piece is p_negative of the whole text less p_negative without the piece.
"""

import re
from dataclasses import dataclass

from sentiment.scorer import Scorer

_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Weighed:
    """A stretch `text[start:end]` and its weight, from -1 to 1."""

    start: int
    end: int
    weight: float


def explain(scorer: Scorer, text: str, most: int) -> tuple[float, list[Weighed]]:
    """p_negative of a text and the weight of each of its words.

    Args:
        scorer: the version that is asked.
        text: the text as people wrote it; it is cleaned for each score, as always.
        most: pieces at most; in a longer text a piece is several neighbouring words.
    """
    spans = pieces(text, most)
    without = [text[:start] + text[end:] for start, end in spans]
    whole, *rest = scorer.score([text, *without]).tolist()
    return whole, [
        Weighed(start, end, whole - p_negative)
        for (start, end), p_negative in zip(spans, rest, strict=True)
    ]


def pieces(text: str, most: int) -> list[tuple[int, int]]:
    """Start and end of at most `most` pieces that hold all words, none cut."""
    words = [match.span() for match in _WORD.finditer(text)]
    step = -(-len(words) // most)
    groups = [words[first : first + step] for first in range(0, len(words), max(step, 1))]
    return [(group[0][0], group[-1][1]) for group in groups]
