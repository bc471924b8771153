"""Logistic regression in passes over texts that are encoded once, a part at a time.

Averaged stochastic gradient descent (Polyak, Juditsky 1992) holds the ids alone: 4 bytes each, in
place of the 8 and more of a matrix and L-BFGS's copies. While one part trains, scikit-learn lets
the interpreter's lock go, and the next part is encoded.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDClassifier

from sentiment.ragged import Ragged
from sentiment.tokenizer import NgramTokenizer
from trainer.candidates.ngram_matrix import ROWS_AT_ONCE, matrix_of
from trainer.context import Context
from trainer.data.tweets import Tweets

Part = tuple[Ragged, NDArray[np.int8]]
"""Ids of some texts, and which of them are negative."""


@dataclass(frozen=True)
class Descent:
    """How to descend.

    Attributes:
        passes: over all texts.
        rate: of each step; the mean of all steps' coefficients is the model.
        rows: of one part.
    """

    passes: int = 4
    rate: float = 0.06
    rows: int = ROWS_AT_ONCE

    def fit(
        self,
        tokenizer: NgramTokenizer,
        tweets: Tweets,
        power: float,
        strength: float,
        run: Context,
    ) -> SGDClassifier:
        """Train, the same each time.

        Args:
            tokenizer: of the model.
            tweets: to learn from.
            power: as of `features`.
            strength: inverse of the L2 penalty on the sum of all losses, as of
                `LogisticRegression`.
            run: its seed draws the order; a bar shows how far it is.
        """
        estimator = SGDClassifier(
            loss="log_loss",
            alpha=1 / (strength * len(tweets)),
            learning_rate="constant",
            eta0=self.rate,
            average=True,
            shuffle=False,
        )
        random = np.random.default_rng(run.seed)
        kept: list[Part] = []
        with run.bar("logistic regression", self.passes * len(tweets)) as bar:
            for number in range(self.passes):
                for part in self._pass(kept, tokenizer, tweets, random):
                    ids, negative = part
                    matrix = matrix_of(ids, tokenizer.size, power)
                    estimator.partial_fit(matrix, negative, classes=[0, 1])
                    bar.advance(len(negative), f"pass {number + 1}")
        return estimator

    def _pass(
        self,
        kept: list[Part],
        tokenizer: NgramTokenizer,
        tweets: Tweets,
        random: np.random.Generator,
    ) -> Iterator[Part]:
        """All parts: encoded in the first pass, kept, and in another order in each later one."""
        if kept:
            yield from (kept[number] for number in random.permutation(len(kept)))
            return
        order = random.permutation(len(tweets))
        for part in _encoded(tokenizer, tweets, order, self.rows):
            kept.append(part)
            yield part


def _encoded(
    tokenizer: NgramTokenizer, tweets: Tweets, order: NDArray[np.int64], rows: int
) -> Iterator[Part]:
    """The texts in this order, so many at a time; each part is encoded while the last is used."""

    def encode(start: int) -> Part:
        some = tweets.take(order[start : start + rows])
        return tokenizer.encode(some.texts), some.negative

    with ThreadPoolExecutor(1) as pool:
        starts = range(0, len(order), rows)
        coming = pool.submit(encode, 0)
        for start in starts:
            part = coming.result()
            if start + rows < len(order):
                coming = pool.submit(encode, start + rows)
            yield part
