"""Parts of the data where a model that is good on average may be bad."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sentiment.text import LINK, MENTION, clean, has_emoticon, without_names, words
from trainer.calibration import Floats
from trainer.metrics import Labels, Metrics, measure

FEWEST_ROWS = 50
"""Fewer rows than this say nothing: their count is given and no verdict."""

_CONTRACTED = "do|does|did|ca|could|wo|would|should|is|are|ai|was|were|have|has|had"
_NEGATION = re.compile(
    rf"\b(?:not?|never|nor|none|nothing|cannot|\w+n['\u2019]t|(?:{_CONTRACTED})nt)\b", re.IGNORECASE
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_ELONGATED = re.compile(r"([a-z])\1\1", re.IGNORECASE)


class Slice(BaseModel):
    """One slice: how many rows, and how good the model is there."""

    rows: int
    metrics: Metrics | None = Field(description=f"none under {FEWEST_ROWS} rows")


def measure_slices(texts: Sequence[str], p_negative: Floats, negative: Labels) -> dict[str, Slice]:
    """Each slice by its name."""
    found = {}
    for name, rows in masks(texts).items():
        metrics = measure(p_negative[rows], negative[rows]) if rows.sum() >= FEWEST_ROWS else None
        found[name] = Slice(rows=int(rows.sum()), metrics=metrics)
    return found


def masks(texts: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Which texts belong to each slice, bool [n]."""
    return {name: np.array([bool(has(text)) for text in texts], bool) for name, has in _HAS.items()}


def _is_short(text: str) -> bool:
    return len(words(clean(text))) <= 5


def _is_elongated(text: str) -> bool:
    return _ELONGATED.search(without_names(text)) is not None


def _has_mentions_only(text: str) -> bool:
    found = set(words(clean(text)))
    return bool(found) and found <= {MENTION, LINK}


_HAS: dict[str, Callable[[str], object]] = {
    "short": _is_short,
    "negation": _NEGATION.search,
    "emoji": _EMOJI.search,
    "emoticon": has_emoticon,
    "elongation": _is_elongated,
    "mentions only": _has_mentions_only,
}
