"""A linear model beside a network: "Wide & Deep Learning" (Cheng et al. 2016).

The network knows what words mean, the linear model remembers how each of them was labelled, and
each pair and triple of neighbours. They err on other texts, so both are better than either.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from sentiment.ragged import Ragged
from trainer.networks.lookup import lookup
from trainer.networks.network import Encoded

_GRAMS = 2_097_143
"""Buckets that pairs and triples are hashed to; a prime, so that a plain remainder spreads them."""
_FACTOR, _FACTOR_APART = 1_000_003, 1_000_033
_POWER = -0.25
"""Long texts are scaled down by their number of ids, as in `Logistic`."""
_TOLERANCE = 1e-4
"""L-BFGS stops here. At ten times as much it stops early, at over a point less of accuracy."""


@dataclass(frozen=True)
class Wide:
    """A linear model over the ids of a tokenizer, and over pairs and triples of them.

    Attributes:
        coefficients: float32 [ids, then buckets of pairs and triples].
        size: number of different ids; as an id, it stands for both ends of a text.
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
    estimator = LogisticRegression(C=strength, max_iter=200, tol=_TOLERANCE)
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
    from keras import ops  # noqa: PLC0415

    ones = ops.ones_like(ids)
    path = ops.cast(ids, "int64")
    kept: list[Any] = []
    if lengths is None:
        lengths = ops.sum(ones, axis=1)
    else:
        own = ops.cumsum(ones, axis=1) <= ops.expand_dims(lengths, 1)
        path = ops.where(own, path, wide.size)
        own = ops.cast(own, "float32")
        kept = [own, ops.concatenate([ops.ones_like(own[:, :1]), own], axis=1), own, own]
    path = ops.pad(path, [[0, 0], [1, 1]], constant_values=wide.size)
    grams = _hashed(path[:, :-1], path[:, 1:], path[:, 2:])
    places = ops.concatenate([path[:, 1:-1], *(gram + wide.size for gram in grams)], axis=1)
    found = lookup(wide.coefficients[:, None], places)[:, :, 0]
    if kept:
        found = found * ops.concatenate(kept, axis=1)
    scale = ops.cast(lengths, "float32") ** _POWER
    return ops.expand_dims(ops.sum(found, axis=1) * scale + wide.intercept, 1)


def _hashed(first: Any, second: Any, third: Any) -> tuple[Any, Any, Any]:
    """Buckets of neighbours: pairs, triples, and pairs with one id between them.

    Works on arrays of numpy and of Keras alike.

    Args:
        first: int64 [..., n], the ids; of each text but its last.
        second: [..., n], those one further on.
        third: [..., n - 1], those two further on.
    """
    pairs = (first * _FACTOR + second) % _GRAMS
    heads = first[..., :-1]
    triples = (pairs[..., :-1] * _FACTOR + third) % _GRAMS
    return pairs, triples, (heads * _FACTOR_APART + third) % _GRAMS


def _features(ids: Ragged, size: int) -> csr_matrix:
    """How often each id, pair and triple occurs in each text, by the text's length to a power."""
    lengths, texts = ids.lengths, np.arange(len(ids))
    path = np.full(len(ids.ids) + 2 * len(ids), size, np.int64)
    path[np.arange(len(ids.ids)) + 2 * np.repeat(texts, lengths) + 1] = ids.ids
    owner = np.repeat(texts, lengths + 2)
    pairs, triples, apart = _hashed(path[:-1], path[1:], path[2:])
    two, three = owner[1:] == owner[:-1], owner[2:] == owner[:-2]
    grams = [pairs[two] + size, triples[three] + size, apart[three] + size]
    rows = [np.repeat(texts, lengths), owner[:-1][two], *[owner[:-2][three]] * 2]
    places = np.concatenate([ids.ids, *grams])
    text_of = np.concatenate(rows)
    values = np.maximum(lengths, 1.0)[text_of] ** _POWER
    return csr_matrix((values, (text_of, places)), (len(ids), size + _GRAMS), np.float32)
