"""The upper layers of an encoder with a head of three classes, in TensorFlow, for fine-tuning.

Products of matrices are in bfloat16, which is twice as fast where the processor knows it; weights,
normalisations and the head are in float32.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trainer.encoders.pretrained import Pretrained, Weights
from trainer.sources.rows import CLASSES

_MASKED = -1e4


class UpperLayers:
    """Layers, then mean and maximum of a text's tokens, then one dense layer.

    Args:
        encoder: whose weights the layers start from.
        layers: which of them.
        sources: number of sources; each has an offset of its own logits while training, so that
            its habits of labelling do not become the model's.
        seed: of the head.
    """

    def __init__(self, encoder: Pretrained, layers: Sequence[int], sources: int, seed: int) -> None:
        import tensorflow as tf  # noqa: PLC0415 - takes seconds; only networks need it

        self._tf = tf
        self._encoder, self._layers = encoder, list(layers)
        random = np.random.default_rng(seed)
        starts = {f"{layer}." for layer in layers}
        values = {
            name: array
            for name, array in encoder.weights.items()
            if name[: name.find(".") + 1] in starts
        }
        shape = (2 * encoder.width, len(CLASSES))
        values["head.kernel"] = random.normal(0, 0.02, shape).astype(np.float32)
        values["head.bias"] = np.zeros(len(CLASSES), np.float32)
        values["offsets"] = np.zeros((sources, len(CLASSES)), np.float32)
        self.variables = {name: tf.Variable(value) for name, value in values.items()}

    @property
    def weights(self) -> Weights:
        """All weights but the sources' offsets, under the encoder's names."""
        return {
            name: variable.numpy() for name, variable in self.variables.items() if name != "offsets"
        }

    def logits(self, hidden: Any, lengths: Any, dropout: float = 0.0) -> Any:
        """float32 [n, 3] of what the lower layers say, [n, longest, width]."""
        tf = self._tf
        rows, longest = tf.shape(hidden)[0], tf.shape(hidden)[1]
        inside = tf.sequence_mask(lengths, longest)
        bias = tf.where(inside, 0.0, _MASKED)[:, None, None, :]
        tokens = tf.reshape(tf.cast(hidden, tf.float32), (-1, self._encoder.width))
        for layer in self._layers:
            tokens = self._layer(tokens, (rows, longest), bias, f"{layer}.", dropout)
        mask = tf.cast(inside, tf.float32)[:, :, None]
        own = tf.reshape(tokens, (rows, longest, self._encoder.width)) * mask
        mean = tf.reduce_sum(own, 1) / tf.reduce_sum(mask, 1)
        highest = tf.reduce_max(own - (1 - mask) * -_MASKED, 1)
        pooled = self._dropped(tf.concat([mean, highest], 1), dropout)
        return tf.matmul(pooled, self.variables["head.kernel"]) + self.variables["head.bias"]

    def _layer(
        self, tokens: Any, shape: tuple[Any, Any], bias: Any, key: str, dropout: float
    ) -> Any:
        tf = self._tf
        attended = self._dense(self._attention(tokens, shape, bias, key, dropout), f"{key}attended")
        tokens = self._norm(tokens + self._dropped(attended, dropout), f"{key}attended_norm")
        wide = tf.nn.gelu(self._dense(tokens, f"{key}wide"), approximate=False)
        narrow = self._dense(wide, f"{key}narrow")
        return self._norm(tokens + self._dropped(narrow, dropout), f"{key}narrow_norm")

    def _attention(
        self, tokens: Any, shape: tuple[Any, Any], bias: Any, key: str, dropout: float
    ) -> Any:
        tf, heads = self._tf, self._encoder.heads
        depth = self._encoder.width // heads
        parts = [
            tf.transpose(
                tf.reshape(self._dense(tokens, f"{key}{part}"), (*shape, heads, depth)),
                (0, 2, 1, 3),
            )
            for part in ("query", "key", "value")
        ]
        query, keys, value = (tf.cast(part, tf.bfloat16) for part in parts)
        products = tf.cast(tf.matmul(query, keys, transpose_b=True), tf.float32)
        shares = self._dropped(tf.nn.softmax(products / np.sqrt(depth) + bias), dropout)
        mixed = tf.transpose(tf.matmul(tf.cast(shares, tf.bfloat16), value), (0, 2, 1, 3))
        return tf.reshape(tf.cast(mixed, tf.float32), (-1, self._encoder.width))

    def _dense(self, tokens: Any, name: str) -> Any:
        tf = self._tf
        kernel = tf.cast(self.variables[f"{name}.kernel"], tf.bfloat16)
        product = tf.matmul(tf.cast(tokens, tf.bfloat16), kernel)
        return tf.cast(product, tf.float32) + self.variables[f"{name}.bias"]

    def _norm(self, tokens: Any, name: str) -> Any:
        tf = self._tf
        apart = tokens - tf.reduce_mean(tokens, -1, keepdims=True)
        spread = tf.reduce_mean(apart * apart, -1, keepdims=True)
        scaled = apart * tf.math.rsqrt(spread + self._encoder.epsilon)
        return scaled * self.variables[f"{name}.scale"] + self.variables[f"{name}.shift"]

    def _dropped(self, values: Any, dropout: float) -> Any:
        return self._tf.nn.dropout(values, dropout) if dropout else values
