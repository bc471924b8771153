"""Trains the fast model: Adam for its layers, AdaGrad for the rows of its two tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.context import Context
from trainer.fast.network import Dropout, Network, Rows, padded, signature
from trainer.fast.rows import Lesson
from trainer.networks.network import like_lengths
from trainer.sources.rows import CLASSES

_NEGATIVE, _POSITIVE = CLASSES.index("negative"), CLASSES.index("positive")
_TABLES = {"table": 1.0, "wide": 0.5}
"""Variables of which a step moves some rows only, and their shares of the rate."""


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes:
        epochs: passes over the rows.
        batch: rows of one step.
        rate: highest learning rate of the layers; it rises for `warm_up` of the steps, then falls
            as a cosine.
        table_rate: that of the table.
        decay: of the layers' weights.
        dropout: shares that are hidden.
        every: steps between two checkpoints.
        name: of the checkpoint: a training of several steps has one for each.
    """

    epochs: int = 2
    batch: int = 512
    rate: float = 3e-3
    table_rate: float = 0.3
    warm_up: float = 0.05
    decay: float = 0.01
    dropout: Dropout = field(default_factory=Dropout)
    every: int = 500
    name: str = "labels"


def learn(network: Network, lesson: Lesson, plan: Plan, run: Context) -> None:
    """Train in place; goes on from the last checkpoint of `run`."""
    state = _State(network)
    kept = run.checkpoints / f"{plan.name}.npz"
    done = state.resume(kept)
    total = plan.epochs * -(-len(lesson) // plan.batch)
    with run.bar("training", plan.epochs * len(lesson)) as bar:
        for number, rows in enumerate(_batches(lesson, plan, run.seed), start=1):
            if number <= done:
                bar.advance(len(rows))
                continue
            loss = state.step(_fed(lesson, rows), _share_of_rate(number, total, plan), plan)
            if number % 20 == 0:
                bar.advance(0, f"loss {float(loss):.3f}")
            bar.advance(len(rows))
            if number % plan.every == 0 or number == total:
                state.keep(number, kept)


class _State:
    """A network with the memory of its optimizers."""

    def __init__(self, network: Network) -> None:
        import tensorflow as tf  # noqa: PLC0415 - takes seconds; only networks need it

        self._network = network
        self._layers = {
            name: variable for name, variable in network.variables.items() if name not in _TABLES
        }
        self._moments = {
            name: (tf.Variable(tf.zeros_like(variable)), tf.Variable(tf.zeros_like(variable)))
            for name, variable in self._layers.items()
        }
        self._squares = {
            name: tf.Variable(tf.fill(network.variables[name].shape, 0.1)) for name in _TABLES
        }
        self._number = tf.Variable(0.0)
        self._call: Any = None

    def step(self, fed: tuple[NDArray[Any], ...], share: float, plan: Plan) -> Any:
        """One batch; the loss."""
        if self._call is None:
            self._call = self._traced(plan)
        return self._call(*fed, np.float32(share))

    def keep(self, number: int, path: Path) -> None:
        """Write all that the next step needs into one file, so that no kill leaves half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part.npz")
        np.savez(temporary, np.array(number), *(variable.numpy() for variable in self._variables))
        temporary.replace(path)

    def resume(self, path: Path) -> int:
        """Number of the last step that is kept; 0 where there is none."""
        try:
            with np.load(path) as kept:
                for number, variable in enumerate(self._variables, start=1):
                    variable.assign(kept[f"arr_{number}"])
                return int(kept["arr_0"])
        except (OSError, KeyError, ValueError):
            return 0

    @property
    def _variables(self) -> list[Any]:
        moments = [one for pair in self._moments.values() for one in pair]
        squares = self._squares.values()
        return [*self._network.variables.values(), *moments, *squares, self._number]

    def _traced(self, plan: Plan) -> Any:
        import tensorflow as tf  # noqa: PLC0415

        def call(ids: Any, own: Any, shares: Any, weights: Any, two: Any, origins: Any,
                 share: Any) -> Any:  # fmt: skip
            network = self._network
            places = {"table": ids, "wide": network.places(ids)}
            rows = {name: tf.gather(network.variables[name], at) for name, at in places.items()}
            with tf.GradientTape() as tape:
                tape.watch(rows)
                logits = network.logits(rows["table"], own, plan.dropout)
                logits += network.linear(rows["wide"], own, plan.dropout)
                offsets = self._layers["offsets"]
                logits += tf.matmul(tf.one_hot(origins, offsets.shape[0]), offsets)
                loss = tf.reduce_mean(weights * losses(tf, logits, shares, two))
                held = loss + 1e-3 * tf.reduce_sum(offsets**2)
            gradients, of_rows = tape.gradient(held, (list(self._layers.values()), rows))
            self._move_layers(tf, gradients, share * plan.rate, plan.decay)
            for name, part in _TABLES.items():
                rate = share * plan.table_rate * part
                self._move_rows(tf, name, places[name], of_rows[name], rate)
            return loss

        rows = [tf.TensorSpec((None,), kind) for kind in (tf.float32, tf.bool, tf.int32)]
        classes = tf.TensorSpec((None, len(CLASSES)), tf.float32)
        inputs = [*signature(tf), classes, *rows, tf.TensorSpec((), tf.float32)]
        return tf.function(call, input_signature=inputs)

    def _move_layers(self, tf: Any, gradients: list[Any], rate: Any, decay: float) -> None:
        """Adam with decoupled decay (Loshchilov, Hutter 2019)."""
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        number = self._number.assign_add(1.0)
        rate = rate * tf.sqrt(1 - 0.98**number) / (1 - 0.9**number)
        for (name, variable), gradient in zip(self._layers.items(), gradients, strict=True):
            first, second = self._moments[name]
            first.assign(0.9 * first + 0.1 * gradient)
            second.assign(0.98 * second + 0.02 * gradient**2)
            drop = rate * decay * variable if len(variable.shape) > 1 else 0.0
            variable.assign_sub(rate * first / (tf.sqrt(second) + 1e-8) + drop)

    def _move_rows(self, tf: Any, name: str, places: Any, gradients: Any, rate: Any) -> None:
        """AdaGrad (Duchi, Hazan, Singer 2011) on the rows that the batch used; all others rest.

        A row's gradient is the sum over a batch, of a loss that is a mean: it is scaled up, so that
        its size does not hang on the batch's.
        """
        used, position = tf.unique(tf.reshape(places, [-1]))
        flat = tf.reshape(gradients, [-1, gradients.shape[-1]])
        added = tf.math.unsorted_segment_sum(flat, position, tf.size(used))
        added *= tf.sqrt(tf.cast(tf.shape(places)[0], tf.float32))
        tf.raw_ops.ResourceSparseApplyAdagradV2(
            var=self._network.variables[name].handle,
            accum=self._squares[name].handle,
            lr=rate,
            epsilon=1e-6,
            grad=added,
            indices=used,
        )


def losses(tf: Any, logits: Any, shares: Any, two: Any) -> Any:
    """Cross entropy of each text; of a two-class one that of negative against positive alone."""
    of_three = tf.nn.softmax_cross_entropy_with_logits(shares, logits)
    against = logits[:, _NEGATIVE] - logits[:, _POSITIVE]
    either = tf.maximum(shares[:, _NEGATIVE] + shares[:, _POSITIVE], 1e-6)
    of_two = tf.nn.sigmoid_cross_entropy_with_logits(shares[:, _NEGATIVE] / either, against)
    return tf.where(two, of_two, of_three)


def _fed(lesson: Lesson, rows: Rows) -> tuple[NDArray[Any], ...]:
    columns = (lesson.shares, lesson.weights, lesson.two_class, lesson.origins)
    return (*padded(lesson.ids, rows), *(column[rows] for column in columns))


def _batches(lesson: Lesson, plan: Plan, seed: int) -> Iterator[Rows]:
    for epoch in range(plan.epochs):
        yield from like_lengths(
            lesson.ids.lengths, plan.batch, np.random.default_rng([seed, epoch])
        )


def _share_of_rate(step: int, total: int, plan: Plan) -> float:
    gone = step / total
    return min(1.0, gone / plan.warm_up) * (0.5 + 0.5 * float(np.cos(np.pi * gone))) + 0.01
