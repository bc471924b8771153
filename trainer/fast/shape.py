"""The weights of the fast model, and what they start as."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.sources.rows import CLASSES

Array = NDArray[np.float32]
Arrays = dict[str, Array]

PAIR_FACTOR, TRIPLE_FACTOR = 1_000_003, 1_000_033
LENGTH_POWER = -0.25
"""A text's sum over the linear model is scaled down by its length to this power."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the network.

    Attributes:
        size: number of ids.
        width: of the table's rows.
        channels: of the convolutions.
        hidden: units behind the pooling.
        layers: convolutions over three words each, those of layer i 2**i words apart: three layers
            see fifteen words around each.
        buckets: of pairs and of triples of neighbouring words, each, in the linear model beside the
            network (Cheng et al. 2016, "Wide & Deep Learning"): the network knows what words mean,
            the linear model remembers how they were labelled.
    """

    size: int
    width: int = 64
    channels: int = 96
    hidden: int = 64
    layers: int = 3
    buckets: int = 1 << 20


def initial_weights(shape: Shape, table: Array, sources: int, seed: int) -> Arrays:
    """Random weights over a table that is given.

    Args:
        shape: sizes.
        table: [size, width].
        sources: of labels; each has an offset of its own, in training alone.
        seed: of the random numbers.

    Returns:
        `table`; `conv0.kernel` [3, in, channels], `conv0.bias`, …; `hidden.kernel`, `hidden.bias`;
        `out.kernel` [2 * channels + hidden, classes], `out.bias`; `wide` [size + 2 * buckets,
        classes] of words, pairs and triples; `offsets` [sources, classes].
    """
    random = np.random.default_rng(seed)
    weights: Arrays = {"table": table.astype(np.float32)}
    for layer in range(shape.layers):
        inputs = shape.channels if layer else shape.width
        weights[f"conv{layer}.kernel"] = _kernel(random, 3, inputs, shape.channels)
        weights[f"conv{layer}.bias"] = np.zeros(shape.channels, np.float32)
    pooled = 2 * shape.channels
    weights["hidden.kernel"] = _kernel(random, pooled, shape.hidden)
    weights["hidden.bias"] = np.zeros(shape.hidden, np.float32)
    last = pooled + shape.hidden
    weights["out.kernel"] = random.normal(0, 0.02, (last, len(CLASSES))).astype(np.float32)
    weights["out.bias"] = np.zeros(len(CLASSES), np.float32)
    weights["wide"] = np.zeros((shape.size + 2 * shape.buckets, len(CLASSES)), np.float32)
    weights["offsets"] = np.zeros((sources, len(CLASSES)), np.float32)
    return weights


def neighbours(ids: Any, size: int, buckets: int) -> tuple[Any, Any, Any]:
    """Rows of the linear model's table for words, pairs and triples; of numpy and TensorFlow alike.

    Args:
        ids: int64 [n, length].
        size: number of ids.
        buckets: of pairs, and as many of triples.

    Returns:
        int64 [n, length], [n, length - 1], [n, length - 2].
    """
    pairs = ids[:, :-1] * PAIR_FACTOR + ids[:, 1:]
    triples = pairs[:, :-1] * TRIPLE_FACTOR + ids[:, 2:]
    return ids, pairs % buckets + size, triples % buckets + (size + buckets)


def buckets_of(weights: Arrays) -> int:
    """Buckets of pairs of the linear model."""
    return (len(weights["wide"]) - len(weights["table"])) // 2


def layers_of(weights: Arrays) -> int:
    """Number of convolutions."""
    return sum(name.startswith("conv") and name.endswith("kernel") for name in weights)


def _kernel(random: np.random.Generator, *shape: int) -> Array:
    scale = np.sqrt(2 / np.prod(shape[:-1]))
    kernel: Array = random.normal(0, scale, shape).astype(np.float32)
    return kernel
