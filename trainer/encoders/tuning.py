"""Fine-tunes the upper layers of an encoder on rows of two and of three classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.context import Context
from trainer.encoders.activations import Activations, Rows
from trainer.encoders.upper_layers import UpperLayers
from trainer.networks.network import like_lengths
from trainer.sources.rows import CLASSES, Source
from trainer.sources.rows import Rows as Labelled

_NEGATIVE, _POSITIVE = CLASSES.index("negative"), CLASSES.index("positive")
_CHECKPOINT = "tuning.npz"
_IDS_PER_CALL = 4_096


@dataclass(frozen=True)
class Plan:
    """How to tune.

    Attributes:
        epochs: passes over the rows.
        most: rows of one source and language in one pass, so that large sources do not drown small
            ones; the next pass takes other rows of a large source.
        most_two_class: the same of a source without neutral texts.
        batch: rows of one step.
        rate: highest learning rate; it rises for `warm_up` of the steps and falls to 0.
        decay: of the weights.
        dropout: in the layers.
        smoothing: part of each label that is spread over all classes: people agree on four of
            five tweets at most.
        every: steps between two checkpoints.
    """

    epochs: int = 3
    most: int = 8_000
    most_two_class: int = 80_000
    batch: int = 64
    rate: float = 2e-4
    warm_up: float = 0.06
    decay: float = 0.01
    dropout: float = 0.1
    smoothing: float = 0.05
    every: int = 200

    def limits(self, sources: Sequence[Source]) -> list[int]:
        """For each source, the most rows of it in one pass."""
        by_classes = {2: self.most_two_class, 3: self.most}
        return [by_classes[source.classes] for source in sources]


def tune(upper: UpperLayers, hidden: Activations, rows: Labelled, plan: Plan, run: Context) -> None:
    """Train the layers in place; goes on from the last checkpoint of `run`.

    Args:
        upper: the layers and the head.
        hidden: what the layers below say of the rows' texts.
        rows: texts with labels, of any sources.
        plan: how.
        run: where checkpoints are kept.
    """
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    variables = list(upper.variables.values())
    optimizer = keras.optimizers.AdamW(plan.rate, weight_decay=plan.decay, clipnorm=1.0)
    optimizer.build(variables)
    state = [*variables, *optimizer.variables]
    step, kept = _step(upper, optimizer, plan), run.checkpoints / _CHECKPOINT
    batches = list(_batches(hidden.lengths, rows, plan, run.seed))
    total, done = len(batches), _resumed(state, kept)
    starts, arrays = hidden.starts, _arrays(rows)
    with run.bar("fine-tuning", total * plan.batch) as bar:
        bar.advance(done * plan.batch)
        for number, batch in enumerate(batches, start=1):
            if number <= done:
                continue
            optimizer.learning_rate.assign(_rate(number, total, plan))
            loss = step(*hidden.padded(batch, starts), *(array[batch] for array in arrays))
            bar.advance(len(batch), f"loss {float(loss):.3f}")
            if number % plan.every == 0 or number == total:
                _keep(state, number, kept)


def infer(upper: UpperLayers, hidden: Activations) -> NDArray[np.float32]:
    """Logits of all texts, float32 [n, 3]."""
    import tensorflow as tf  # noqa: PLC0415

    call = tf.function(upper.logits, input_signature=_signature(tf))
    result = np.empty((len(hidden), len(CLASSES)), np.float32)
    starts = hidden.starts
    order = np.argsort(hidden.lengths, kind="stable")
    bins = (np.cumsum(hidden.lengths[order]) - 1) // _IDS_PER_CALL
    for rows in np.split(order, np.flatnonzero(np.diff(bins)) + 1):
        if len(rows):
            result[rows] = call(*hidden.padded(rows, starts)).numpy()
    return result


def _step(upper: UpperLayers, optimizer: Any, plan: Plan) -> Any:
    import tensorflow as tf  # noqa: PLC0415

    variables = list(upper.variables.values())

    def step(block: Any, lengths: Any, labels: Any, origins: Any, weights: Any, two: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = upper.logits(block, lengths, plan.dropout)
            logits += tf.gather(upper.variables["offsets"], origins)
            loss = tf.reduce_mean(weights * _losses(tf, logits, labels, two, plan.smoothing))
            held = loss + 0.01 * tf.reduce_mean(upper.variables["offsets"] ** 2)
        gradients = tape.gradient(held, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    rows = [tf.TensorSpec((None,), kind) for kind in (tf.int32, tf.int32, tf.float32, tf.bool)]
    return tf.function(step, input_signature=[*_signature(tf), *rows])


def _losses(tf: Any, logits: Any, labels: Any, two: Any, smoothing: float) -> Any:
    """Cross entropy of each row; of a two-class row that of negative against positive alone."""
    classes = len(CLASSES)
    targets = tf.one_hot(labels, classes) * (1 - smoothing) + smoothing / classes
    of_three = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
    against = logits[:, _NEGATIVE] - logits[:, _POSITIVE]
    negative = tf.cast(labels == _NEGATIVE, tf.float32) * (1 - smoothing) + smoothing / 2
    of_two = tf.nn.sigmoid_cross_entropy_with_logits(negative, against)
    return tf.where(two, of_two, of_three)


def _signature(tf: Any) -> list[Any]:
    return [tf.TensorSpec((None, None, None), tf.float16), tf.TensorSpec((None,), tf.int32)]


def _arrays(rows: Labelled) -> tuple[NDArray[Any], ...]:
    return (
        rows.labels.astype(np.int32),
        rows.origins.astype(np.int32),
        rows.weights,
        rows.two_class,
    )


def _batches(lengths: Rows, rows: Labelled, plan: Plan, seed: int) -> Iterator[Rows]:
    for epoch in range(plan.epochs):
        seen = rows_of_pass(rows.origins, epoch, plan.limits(rows.sources), seed)
        random = np.random.default_rng([seed, epoch])
        yield from (seen[batch] for batch in like_lengths(lengths[seen], plan.batch, random))


def rows_of_pass(origins: NDArray[np.int16], epoch: int, limits: Sequence[int], seed: int) -> Rows:
    """The rows of one pass: all of a small source, and of a large one as many as its limit.

    Args:
        origins: int16 [n], the source of each row.
        epoch: number of the pass, from 0.
        limits: the most rows of each source.
        seed: of the order in which a large source's rows come.
    """
    found = []
    for source in np.unique(origins):
        own = np.random.default_rng([seed, source]).permutation(np.flatnonzero(origins == source))
        count = min(limits[source], len(own))
        found.append(np.take(own, np.arange(count) + epoch * count, mode="wrap"))
    return np.concatenate(found)


def _rate(step: int, total: int, plan: Plan) -> float:
    warm = max(total * plan.warm_up, 1)
    return plan.rate * min(step / warm, (total - step + 1) / max(total - warm, 1))


def _keep(state: list[Any], step: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(half, *(np.asarray(variable) for variable in state), step=np.array(step))
    half.replace(path)


def _resumed(state: list[Any], path: Path) -> int:
    """Steps that are done; the variables stand after them."""
    if not path.is_file():
        return 0
    with np.load(path) as kept:
        for number, variable in enumerate(state):
            variable.assign(kept[f"arr_{number}"])
        return int(kept["step"])
