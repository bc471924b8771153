"""Logistic regression over n-grams: trains in seconds, scores fastest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import NgramTokenizer, vocabulary_of
from trainer.context import Context
from trainer.data import Split
from trainer.linear_graph import write_linear_graph
from trainer.stop_words import stop_words

_ROWS_AT_ONCE = 50_000
"""Bounds the memory that encoding needs besides its result: about 1 GB."""


@dataclass(frozen=True)
class Logistic:
    """The candidate and its settings, chosen on the validation part of Sentiment140.

    Attributes:
        vocabulary: most words with a coefficient of their own.
        pair_buckets: coefficients for pairs of words; stop words count here alone.
        run_buckets: coefficients for runs of characters.
        power: long texts are scaled down by their number of ids to this power; it keeps the
            accuracy and makes the probabilities of long texts as honest as those of short ones.
        strength: inverse of the L2 penalty, scikit-learn's `C`.
    """

    name: str = "logistic"
    vocabulary: int = 60_000
    pair_buckets: int = 1 << 18
    run_buckets: int = 1 << 19
    runs: tuple[int, int] = (3, 5)
    power: float = 0.25
    strength: float = 0.4

    def fit(self, split: Split, run: Context) -> "FittedLogistic":
        """Train by L-BFGS, from the same start each time."""
        silent = stop_words()
        words = vocabulary_of(split.train.texts, self.vocabulary)
        tokenizer = NgramTokenizer(
            [word for word in words if word not in silent],
            pair_buckets=self.pair_buckets,
            run_buckets=self.run_buckets,
            runs=self.runs,
            silent=sorted(silent),
        )
        estimator = LogisticRegression(C=self.strength, max_iter=200, tol=1e-4)
        with run.waiting(f"logistic regression on {len(split.train):,} texts"):
            estimator.fit(features(tokenizer, split.train.texts, self.power), split.train.negative)
        return FittedLogistic(tokenizer, estimator, self.power)


@dataclass(frozen=True)
class FittedLogistic:
    """The model in scikit-learn."""

    tokenizer: NgramTokenizer
    estimator: LogisticRegression
    power: float
    layout: Layout = "ragged"
    int8: bool = False

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """scikit-learn's decision function, [n]."""
        logits: NDArray[np.floating] = self.estimator.decision_function(
            features(self.tokenizer, texts, self.power)
        )
        return logits

    def export(self, folder: Path, temperature: float) -> None:
        """Write the artefact; coefficients and intercept hold the temperature."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        write_linear_graph(
            folder / artefact.GRAPH,
            self.estimator.coef_[0] / temperature,
            float(self.estimator.intercept_[0]) / temperature,
            self.power,
        )


def features(tokenizer: NgramTokenizer, texts: Sequence[str], power: float) -> csr_matrix:
    """How often each id stands in each text, by the text's length to a power.

    Returns:
        float32 [n, size].
    """
    starts = range(0, len(texts), _ROWS_AT_ONCE) or (0,)
    return vstack(
        [_features(tokenizer, texts[start : start + _ROWS_AT_ONCE], power) for start in starts],
        format="csr",
    )


def _features(tokenizer: NgramTokenizer, texts: Sequence[str], power: float) -> csr_matrix:
    encoded = tokenizer.encode(texts)
    scale = np.maximum(encoded.lengths, 1) ** -power
    values = np.repeat(scale, encoded.lengths).astype(np.float32)
    matrix = csr_matrix((values, encoded.ids, encoded.offsets), (len(encoded), tokenizer.size))
    matrix.sum_duplicates()
    return matrix
