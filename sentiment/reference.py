"""What the texts were like that a version was checked on: drift is measured against it."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from sentiment.text import clean, words
from sentiment.tokenizer import Tokenizer

OTHER = "other"
"""Stands for every language that the reference does not name."""

_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_UNKNOWN = (0.05, 0.15, 0.25, 0.35, 0.5, 0.75)
"""Fixed edges: if the reference has a single value, others must still fall into other bins."""
_SLACK = 0.04
_DIGITS = 4
Share = Annotated[float, Field(ge=0, le=1)]
Counts = NDArray[np.int64]


class Histogram(BaseModel):
    """How one feature is distributed over bins; the outer bins are open."""

    edges: list[float] = Field(description="between the bins, rising; a value on one is above it")
    shares: list[Share] = Field(min_length=1, description="part of the texts in each bin")

    @model_validator(mode="after")
    def _fits(self) -> "Histogram":
        if len(self.shares) != len(self.edges) + 1 or sorted(set(self.edges)) != self.edges:
            raise ValueError("expected rising edges, and one share more than edges")
        return self

    def count(self, values: NDArray[np.floating]) -> Counts:
        """How many values fall into each bin, int64 [bins]."""
        places = np.searchsorted(self.edges, values, side="right")
        return np.bincount(places, minlength=len(self.shares)).astype(np.int64)


class Reference(BaseModel):
    """The features of a sample of texts, as the version sees them."""

    texts: int = Field(ge=1, description="size of the sample")
    p_negative: Histogram
    length: Histogram = Field(description="of the text as it came, in characters")
    unknown_tokens: Histogram = Field(description="part of a text's words unknown to the version")
    p_neutral: Histogram | None = Field(None, description="none from a version of two classes")
    p_positive: Histogram | None = Field(None, description="likewise")
    languages: dict[str, Share] = Field(description="by two-letter code; all others: `other`")


class Unknown:
    """Finds the part of a text's words that a tokenizer does not know.

    Args:
        tokenizer: of the version; one with neither an unknown id nor a vocabulary knows all.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        known = [*getattr(tokenizer, "vocabulary", ()), *getattr(tokenizer, "silent", ())]
        self._vocabulary = frozenset(known)

    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One share for each text, float64 [n]; 0 for a text without words."""
        if self._tokenizer.unknown_id is None:
            found = [self._missing(words(clean(text))) for text in texts]
            return np.array(found, np.float64)
        encoded = self._tokenizer.encode(texts)
        is_unknown = np.concatenate([[0], np.cumsum(encoded.ids == self._tokenizer.unknown_id)])
        amounts = np.diff(is_unknown[encoded.offsets])
        shares: NDArray[np.float64] = amounts / np.maximum(encoded.lengths, 1)
        return shares

    def _missing(self, found: list[str]) -> float:
        if not found or not self._vocabulary:
            return 0.0
        return sum(word not in self._vocabulary for word in found) / len(found)


def build_reference(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    p_negative: Iterable[float],
    languages: Sequence[str] = ("en",),
    *,
    p_neutral: Iterable[float] | None = None,
    p_positive: Iterable[float] | None = None,
) -> Reference:
    """The reference of a version, from texts that it was not trained on.

    Args:
        tokenizer: of the version.
        texts: 2,000 and more are enough.
        p_negative: of each text, by the version.
        languages: of the texts: one code each, or the few that have equal parts.
        p_neutral: of each text, by a version of three classes.
        p_positive: likewise.

    Raises:
        ValueError: there are no texts.
    """
    if not texts:
        raise ValueError("expected texts to build a reference from, got none")
    lengths = np.fromiter(map(len, texts), np.float64, len(texts))
    unknown = Unknown(tokenizer).shares(texts)
    return Reference(
        texts=len(texts),
        p_negative=_of_probabilities(p_negative),
        length=_histogram(lengths, np.quantile(lengths, _TENTHS).tolist()),
        unknown_tokens=_histogram(unknown, _UNKNOWN, _SLACK),
        languages={code: n / len(languages) for code, n in Counter(languages).most_common()},
        p_neutral=None if p_neutral is None else _of_probabilities(p_neutral),
        p_positive=None if p_positive is None else _of_probabilities(p_positive),
    )


def _of_probabilities(values: Iterable[float]) -> Histogram:
    return _histogram(np.array(list(values), np.float64), _TENTHS, _SLACK)


def _histogram(
    values: NDArray[np.float64], marks: Iterable[float], slack: float = math.inf
) -> Histogram:
    """Bins with edges near the marks.

    An edge lies halfway between two values that occur, at most `slack` from its mark: a value
    that moves by a rounding error stays in its bin, though a tenth of all texts may have it.
    """
    distinct = np.unique(np.round(values, _DIGITS))
    settled = (_settle(mark, distinct, slack) for mark in marks)
    edges = sorted({edge for edge in settled if math.isfinite(edge)})
    counts = Histogram(edges=edges, shares=[0.0] * (len(edges) + 1)).count(values)
    return Histogram(edges=edges, shares=(counts / len(values)).tolist())


def _settle(mark: float, distinct: NDArray[np.float64], slack: float) -> float:
    place = int(np.searchsorted(distinct, round(mark, _DIGITS)))
    lower = float(distinct[place - 1]) if place > 0 else mark - 2 * slack
    upper = float(distinct[place]) if place < len(distinct) else mark + 2 * slack
    return min(max((lower + upper) / 2, mark - slack), mark + slack)
