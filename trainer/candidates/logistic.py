"""Logistic regression over n-grams: trains in seconds, scores fastest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import NgramTokenizer, vocabulary_of
from trainer.context import Context
from trainer.data import Split
from trainer.linear_graph import write_linear_graph
from trainer.stop_words import stop_words


@dataclass(frozen=True)
class Logistic:
    """The candidate and its settings, chosen on the validation part of Sentiment140.

    Attributes:
        vocabulary: most words with a coefficient of their own.
        pair_buckets: coefficients for pairs of words; stop words count here alone.
        run_buckets: coefficients for runs of characters.
        strength: inverse of the L2 penalty, scikit-learn's `C`.
    """

    name: str = "logistic"
    vocabulary: int = 60_000
    pair_buckets: int = 1 << 18
    run_buckets: int = 1 << 19
    runs: tuple[int, int] = (3, 5)
    strength: float = 0.02

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
        estimator = LogisticRegression(C=self.strength, max_iter=200, tol=1e-3)
        estimator.fit(counts(tokenizer, split.train.texts), split.train.negative)
        return FittedLogistic(tokenizer, estimator)


@dataclass(frozen=True)
class FittedLogistic:
    """The model in scikit-learn."""

    tokenizer: NgramTokenizer
    estimator: LogisticRegression
    layout: Layout = "ragged"
    int8: bool = False

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """scikit-learn's decision function, [n]."""
        logits: NDArray[np.floating] = self.estimator.decision_function(
            counts(self.tokenizer, texts)
        )
        return logits

    def export(self, folder: Path, temperature: float) -> None:
        """Write the artefact; coefficients and intercept hold the temperature."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        write_linear_graph(
            folder / artefact.GRAPH,
            self.estimator.coef_[0] / temperature,
            float(self.estimator.intercept_[0]) / temperature,
        )


def counts(tokenizer: NgramTokenizer, texts: Sequence[str]) -> csr_matrix:
    """How often each id stands in each text, float32 [n, size]."""
    encoded = tokenizer.encode(texts)
    ones = np.ones(len(encoded.ids), np.float32)
    matrix = csr_matrix(
        (ones, encoded.ids, encoded.offsets.astype(np.int64)), (len(encoded), tokenizer.size)
    )
    matrix.sum_duplicates()
    return matrix
