"""Parts of the data where a model that is good on average may be bad."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sentiment.scores import Scores
from sentiment.text import LINK, MENTION, clean, has_emoticon, normalise, without_names, words
from trainer.data.labelled import Labelled
from trainer.evaluation.metrics import Metrics, measured

FEWEST_ROWS = 50
"""Fewer rows than this say nothing: their count is given and no verdict."""

_SHORT = 5
"""Words and marks of a short text, at most."""

_CONTRACTED = "do|does|did|ca|could|wo|would|should|is|are|ai|was|were|have|has|had"
_NEGATION = re.compile(
    rf"\b(?:not?|never|nor|none|nothing|cannot|\w+n't|(?:{_CONTRACTED})nt)\b", re.IGNORECASE
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_ELONGATED = re.compile(r"([a-z])\1\1", re.IGNORECASE)


class Slice(BaseModel):
    """One slice: how many rows, and how good the model is there."""

    rows: int
    metrics: Metrics | None = Field(description=f"none under {FEWEST_ROWS} rows")


def measure_slices(scores: Scores, data: Labelled) -> dict[str, Slice]:
    """Each slice by its name."""
    return {name: _slice(scores, data, rows) for name, rows in masks(data.texts).items()}


def _slice(scores: Scores, data: Labelled, mask: NDArray[np.bool_]) -> Slice:
    rows = np.flatnonzero(mask)
    if len(rows) < FEWEST_ROWS:
        return Slice(rows=len(rows), metrics=None)
    part = Labelled([data.texts[row] for row in rows], data.labels[rows], data.three)
    return Slice(rows=len(rows), metrics=measured(scores[rows], part))


def masks(texts: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Which texts belong to each slice, bool [n]."""
    return sizes_and_masks(texts)[1]


def sizes_and_masks(
    texts: Sequence[str],
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.bool_]]]:
    """Words and marks of each text, int64 [n], and the masks; texts are cleaned and split once."""
    rows = np.array([_looked_at(normalise(text)) for text in texts], np.int64)
    rows = rows.reshape(len(texts), 1 + len(_NAMES))
    return rows[:, 0], dict(zip(_NAMES, rows[:, 1:].T.astype(bool), strict=True))


_NAMES = ("short", "negation", "emoji", "emoticon", "elongation", "mentions only")


def _looked_at(text: str) -> tuple[int, ...]:
    """Words and marks of a text in its normal form, and whether it belongs to each slice."""
    split = words(clean(text))
    return (
        len(split),
        len(split) <= _SHORT,
        _NEGATION.search(text) is not None,
        not text.isascii() and _EMOJI.search(text) is not None,
        has_emoticon(text),
        _ELONGATED.search(text) is not None and _ELONGATED.search(without_names(text)) is not None,
        bool(split) and {MENTION, LINK}.issuperset(split),
    )
