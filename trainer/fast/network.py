"""The fast model's network in TensorFlow: convolutions over words, the largest and the mean of each
channel, one hidden layer, three logits; and a linear model over words and their neighbours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.ragged import Ragged
from trainer.fast.shape import LENGTH_POWER, Arrays, buckets_of, layers_of, neighbours
from trainer.networks.network import like_lengths

Rows = NDArray[np.int64]
_MEAN_SCALE = 0.5
_TEXTS_PER_CALL = 1_024


@dataclass(frozen=True)
class Dropout:
    """Shares that training hides.

    Attributes:
        words: of the words of a text.
        width: of the table's columns, the same for all words of a text.
        features: of what the last layers read.
        neighbours: of the words, pairs and triples that the linear model reads.
    """

    words: float = 0.05
    width: float = 0.15
    features: float = 0.3
    neighbours: float = 0.25


class Network:
    """The weights as TensorFlow variables.

    Args:
        weights: as `trainer.fast.shape` names them.
    """

    def __init__(self, weights: Arrays) -> None:
        import tensorflow as tf  # noqa: PLC0415 - takes seconds; only networks need it

        self.variables = {name: tf.Variable(array, name=name) for name, array in weights.items()}
        self._layers = layers_of(weights)
        self._size, self._buckets = len(weights["table"]), buckets_of(weights)

    @property
    def weights(self) -> Arrays:
        """As they are now."""
        return {name: variable.numpy() for name, variable in self.variables.items()}

    def linear(self, rows: Any, own: Any, dropout: Dropout | None = None) -> Any:
        """What the linear model adds to the logits, [n, 3].

        Args:
            rows: of its table, [n, as many as `places` gives, 3].
            own: as of `logits`.
            dropout: while training.
        """
        import tensorflow as tf  # noqa: PLC0415

        there = tf.concat([own, own[:, 1:], own[:, 2:]], 1)
        if dropout:
            there = tf.nn.dropout(there, dropout.neighbours)
        lengths = tf.maximum(tf.reduce_sum(own, 1), 1.0)[:, None]
        return tf.reduce_sum(rows * there[:, :, None], 1) * lengths**LENGTH_POWER

    def places(self, ids: Any) -> Any:
        """Rows of the linear model's table, int64 [n, 3 * longest - 3 at most]."""
        import tensorflow as tf  # noqa: PLC0415

        return tf.concat(neighbours(tf.cast(ids, tf.int64), self._size, self._buckets), 1)

    def logits(self, vectors: Any, own: Any, dropout: Dropout | None = None) -> Any:
        """Logits of negative, neutral, positive, [n, 3].

        Args:
            vectors: rows of the table, [n, longest, width].
            own: float32 [n, longest], 1 where a word is, 0 where a shorter text is padded.
            dropout: while training.
        """
        import tensorflow as tf  # noqa: PLC0415

        mask = own[:, :, None]
        state = vectors * mask
        if dropout:
            state = self._hide(tf, state, dropout)
        for layer in range(self._layers):
            kernel, bias = self._of(f"conv{layer}")
            found = _convolved(tf, state, kernel, 2**layer)
            found = tf.nn.relu(found + bias) * mask
            state = state + found if layer else found
        lengths = tf.maximum(tf.reduce_sum(own, 1), 1.0)[:, None]
        mean = tf.reduce_sum(state, 1) * tf.math.rsqrt(lengths) * _MEAN_SCALE
        features = tf.concat([tf.reduce_max(state, 1), mean], 1)
        if dropout:
            features = tf.nn.dropout(features, dropout.features)
        kernel, bias = self._of("hidden")
        hidden = tf.nn.relu(tf.matmul(features, kernel) + bias)
        kernel, bias = self._of("out")
        return tf.matmul(tf.concat([features, hidden], 1), kernel) + bias

    def infer(self, ids: Ragged) -> NDArray[np.float32]:
        """Logits of all texts, float32 [n, 3]."""
        import tensorflow as tf  # noqa: PLC0415

        @tf.function(input_signature=signature(tf))  # type: ignore[untyped-decorator]
        def call(ids: Any, own: Any) -> Any:
            linear = self.linear(tf.gather(self.variables["wide"], self.places(ids)), own)
            return self.logits(tf.gather(self.variables["table"], ids), own) + linear

        result = np.empty((len(ids), self.variables["out.bias"].shape[0]), np.float32)
        for rows in like_lengths(ids.lengths, _TEXTS_PER_CALL):
            result[rows] = call(*padded(ids, rows)).numpy()
        return result

    def _hide(self, tf: Any, state: Any, dropout: Dropout) -> Any:
        texts, longest, width = tf.unstack(tf.shape(state))
        words = tf.random.uniform([texts, longest, 1]) >= dropout.words
        state = state * tf.cast(words, tf.float32)
        return tf.nn.dropout(state, dropout.width, noise_shape=[texts, 1, width])

    def _of(self, layer: str) -> tuple[Any, Any]:
        return self.variables[f"{layer}.kernel"], self.variables[f"{layer}.bias"]


def _convolved(tf: Any, state: Any, kernel: Any, apart: int) -> Any:
    """A convolution over three words that stand so far apart, [n, length, channels].

    By matrix products, as in the artefact's graph: TensorFlow has no gradient of a dilated
    convolution on processors for which oneDNN is off, such as those without AVX-512.
    """
    side_by_side = tf.concat(tf.unstack(kernel, 3), 1)
    before, here, after = tf.split(tf.tensordot(state, side_by_side, 1), 3, 2)
    before = tf.pad(before, [[0, 0], [apart, 0], [0, 0]])[:, :-apart]
    after = tf.pad(after, [[0, 0], [0, apart], [0, 0]])[:, apart:]
    return before + here + after


def signature(tf: Any) -> list[Any]:
    """Of padded ids and of which of them are words."""
    return [tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)]


def padded(ids: Ragged, rows: Rows) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Ids of some texts, int32 [n, longest], 0 behind shorter ones; and 1 where a word is."""
    lengths = ids.lengths[rows]
    own = np.arange(max(int(lengths.max(initial=0)), 1)) < lengths[:, None]
    places = np.zeros(own.shape, np.int32)
    before = np.cumsum(lengths) - lengths
    places[own] = ids.ids[np.repeat(ids.offsets[rows] - before, lengths) + np.arange(own.sum())]
    return places, own.astype(np.float32)
