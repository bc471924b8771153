"""Logistic regression over n-grams: trains in seconds, scores fastest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, SGDClassifier

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import NgramTokenizer, vocabulary_of
from trainer.candidates.descent import Descent
from trainer.candidates.ngram_matrix import features
from trainer.candidates.stop_words import stop_words
from trainer.context import Context
from trainer.data.tweets import Split, Tweets, drawn
from trainer.graphs.linear_graph import write_linear_graph


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
        at_once: rows that L-BFGS learns from at most, as one matrix. Where there are more, so many
            give the vocabulary, and all are learned from in passes: the whole of Sentiment140 has
            300 million features.
        descent: the passes.
    """

    name: str = "logistic"
    vocabulary: int = 60_000
    pair_buckets: int = 1 << 18
    run_buckets: int = 1 << 19
    runs: tuple[int, int] = (3, 5)
    power: float = 0.25
    strength: float = 0.4
    at_once: int = 300_000
    descent: Descent = field(default_factory=Descent)

    def fit(self, split: Split, run: Context) -> "FittedLogistic":
        """Train, from the same start and in the same order each time."""
        train = split.train
        tokenizer = self._tokenizer(drawn(train, self.at_once, run.seed).texts)
        if len(train) > self.at_once:
            estimator = self.descent.fit(tokenizer, train, self.power, self.strength, run)
        else:
            estimator = self._by_lbfgs(tokenizer, train, run)
        return FittedLogistic(tokenizer, estimator, self.power)

    def _tokenizer(self, texts: Sequence[str]) -> NgramTokenizer:
        silent = stop_words()
        words = vocabulary_of(texts, self.vocabulary)
        return NgramTokenizer(
            [word for word in words if word not in silent],
            pair_buckets=self.pair_buckets,
            run_buckets=self.run_buckets,
            runs=self.runs,
            silent=sorted(silent),
        )

    def _by_lbfgs(
        self, tokenizer: NgramTokenizer, train: Tweets, run: Context
    ) -> LogisticRegression:
        estimator = LogisticRegression(C=self.strength, max_iter=200, tol=1e-4)
        with run.waiting(f"logistic regression on {len(train):,} texts"):
            estimator.fit(features(tokenizer, train.texts, self.power), train.negative)
        return estimator


@dataclass(frozen=True)
class FittedLogistic:
    """The model in scikit-learn."""

    tokenizer: NgramTokenizer
    estimator: LogisticRegression | SGDClassifier
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
