"""A linear model beside a network: "Wide & Deep Learning" (Cheng et al. 2016).

The network knows what words mean, the linear model remembers how each of them and each pair of
neighbours was labelled. They err on other texts, so both together are better than either.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from sentiment.ragged import Ragged
from trainer.network import Encoded

_PAIRS = 524_287
"""Buckets that pairs are hashed to; a prime, so that a plain remainder spreads them well."""
_FACTOR = 1_000_003
_POWER = -0.25
"""Long texts are scaled down by their number of features, as in `Logistic`."""


@dataclass(frozen=True)
class Wide:
    """A linear model over the ids of a tokenizer and the pairs of neighbouring ids.

    Attributes:
        coefficients: float32 [ids, then buckets of pairs].
        size: number of different ids.
    """

    coefficients: NDArray[np.float32]
    intercept: float
    size: int

    def logits(self, ids: Ragged) -> NDArray[np.floating]:
        """Log odds of the negative class, [n]."""
        found: NDArray[np.floating] = _features(ids, self.size) @ self.coefficients
        return found + self.intercept


def fit_wide(train: Encoded, size: int, strength: float) -> Wide:
    """Logistic regression on labels that may be soft.

    Args:
        size: number of different ids.
        strength: inverse of the L2 penalty, scikit-learn's `C`.
    """
    matrix = _features(train.ids, size)
    labels = np.repeat([1, 0], len(train.ids))
    weights = np.concatenate([train.negative, 1 - train.negative])
    used = weights > 0
    estimator = LogisticRegression(C=strength, max_iter=200, tol=1e-3)
    estimator.fit(vstack([matrix, matrix], format="csr")[used], labels[used], weights[used])
    return Wide(estimator.coef_[0].astype(np.float32), float(estimator.intercept_[0]), size)


def beside(model: Any, wide: Wide, validation: Encoded, deep: NDArray[Any]) -> Any:
    """A Keras model that adds up the logits of a network and of a linear model.

    Args:
        model: of `ids`, or of `ids` and `lengths`, to one logit.
        validation: texts that neither has learned from; they say how much each is worth.
        deep: the network's logits of those texts, [n].
    """
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    both = np.stack([deep, wide.logits(validation.ids)], axis=1)
    judge = LogisticRegression(fit_intercept=False)
    of_deep, of_wide = judge.fit(both, validation.negative).coef_[0].tolist()
    taken = model.input
    named = taken if isinstance(taken, dict) else {"ids": taken}
    added = of_wide * _wide_logit(wide, named["ids"], named.get("lengths"))
    return keras.Model(taken, of_deep * model.output + added)


def _wide_logit(wide: Wide, ids: Any, lengths: Any) -> Any:
    """As `Wide.logits`, in Keras: [n, length] and, where texts are padded, [n] to [n, 1]."""
    from keras import initializers, layers, ops  # noqa: PLC0415

    ones = ops.ones_like(ids)
    lengths = ops.sum(ones, axis=1) if lengths is None else lengths
    start = initializers.Constant(wide.coefficients[:, None])
    coefficients = layers.Embedding(len(wide.coefficients), 1, embeddings_initializer=start)
    wider = ops.cast(ids, "int64")
    pairs = ops.mod(wider[:, :-1] * _FACTOR + wider[:, 1:], _PAIRS) + wide.size
    places = ops.cumsum(ones, axis=1)
    own = ops.cast(places <= ops.expand_dims(lengths, 1), "float32")
    total = ops.sum(coefficients(ids)[:, :, 0] * own, axis=1)
    total += ops.sum(coefficients(pairs)[:, :, 0] * own[:, 1:], axis=1)
    count = ops.cast(2 * lengths - 1, "float32")
    return ops.expand_dims(total * count**_POWER + wide.intercept, 1)


def _features(ids: Ragged, size: int) -> csr_matrix:
    """How often each id and each pair stands in each text, by the text's length to a power."""
    lengths = ids.lengths
    wider = ids.ids.astype(np.int64)
    starts = np.delete(np.arange(len(wider)), ids.offsets[1:] - 1)
    pairs = (wider[starts] * _FACTOR + wider[starts + 1]) % _PAIRS + size
    text_of = np.repeat(np.arange(len(ids)), lengths)
    rows = np.concatenate([text_of, text_of[starts]])
    values = (2.0 * lengths[rows] - 1) ** _POWER
    shape = (len(ids), size + _PAIRS)
    return csr_matrix((values, (rows, np.concatenate([wider, pairs]))), shape, np.float32)
