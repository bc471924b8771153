"""Trains a Keras network on texts of any length: batches of like lengths, early stopping, resume.

Keras' own `fit` wants batches of one shape or many traces of the graph; a plain loop over
`train_on_batch` needs neither, and can stop and resume at any epoch.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.tokenizer import Ragged
from trainer.context import Context
from trainer.evaluation.calibration import fit_temperature

_BEST, _LAST = "best.npz", "last.npz"

Feed = dict[str, NDArray[Any]] | NDArray[Any]
Rows = NDArray[np.int64]
MakeFeed = Callable[[Ragged, Rows], Feed]
MakeBatches = Callable[[Rows, int, np.random.Generator | None], Iterable[Rows]]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        epochs: at most.
        batch: texts in a step.
        rate: the highest learning rate; it warms up over the first steps, then falls as a cosine.
        patience: epochs in a row that may bring no better validation loss; one more is the last.
    """

    epochs: int
    batch: int
    rate: float
    patience: int = 1
    warm_up: float = 0.06
    weight_decay: float = 0.01


@dataclass(frozen=True)
class Encoded:
    """Texts as ids, with the share of negative in each: 0 or 1, or between for soft labels."""

    ids: Ragged
    negative: NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """What a network is to learn, and how its inputs are made.

    Attributes:
        feed: makes the model's inputs from some rows.
        batches: `like_lengths` where `feed` pads, else `same_lengths`.
    """

    train: Encoded
    validation: Encoded
    feed: MakeFeed
    batches: MakeBatches


def train(model: Any, task: Task, plan: Schedule, run: Context) -> None:
    """Train in place, and leave the model with the weights that do best on the validation part.

    These are those after the best epoch, or the mean of all epochs' weights, which often is
    better than each (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima").

    Args:
        model: a Keras model whose output is one logit, [n, 1].
    """
    steps = sum(1 for _ in _order(task, plan, run, epoch=0))
    _compile(model, plan, steps)
    run.checkpoints.mkdir(parents=True, exist_ok=True)
    losses = _resume(model, run)
    for epoch in range(len(losses), plan.epochs):
        if _stale(losses) > plan.patience:
            break
        title = f"epoch {epoch + 1}/{plan.epochs}"
        _epoch(model, task, _order(task, plan, run, epoch), run, title)
        losses.append(_validation_loss(model, task))
        run.console.print(f"{title}: validation loss {losses[-1]:.4f}")
        _save(model, losses, run)
    _take_better(model, task, run)


def _order(task: Task, plan: Schedule, run: Context, epoch: int) -> Iterable[Rows]:
    random = np.random.default_rng((run.seed, epoch))
    return task.batches(task.train.ids.lengths, plan.batch, random)


def logits(model: Any, ids: Ragged, feed: MakeFeed, batches: Iterable[Rows]) -> NDArray[np.float32]:
    """The network's logits of all texts, float32 [n]."""
    result = np.empty(len(ids), np.float32)
    for rows in batches:
        result[rows] = np.asarray(model.predict_on_batch(feed(ids, rows)), np.float32).reshape(-1)
    return result


def like_lengths(
    lengths: Rows, batch: int, random: np.random.Generator | None = None
) -> Iterator[Rows]:
    """Batches of texts of like length; in random order where `random` is given."""
    order = random.permutation(len(lengths)) if random else np.arange(len(lengths))
    pool = batch * 64
    batches = []
    for first in range(0, len(order), pool):
        some = order[first : first + pool]
        some = some[np.argsort(lengths[some], kind="stable")]
        batches += [some[start : start + batch] for start in range(0, len(some), batch)]
    yield from _mixed(batches, random)


def same_lengths(
    lengths: Rows, batch: int, random: np.random.Generator | None = None
) -> Iterator[Rows]:
    """Batches of texts of one length each; in random order where `random` is given."""
    order = random.permutation(len(lengths)) if random else np.arange(len(lengths))
    order = order[np.argsort(lengths[order], kind="stable")]
    edges = np.flatnonzero(np.diff(lengths[order])) + 1
    batches = [
        some[start : start + batch]
        for some in np.split(order, edges)
        for start in range(0, len(some), batch)
    ]
    yield from _mixed(batches, random)


def _mixed(batches: list[Rows], random: np.random.Generator | None) -> Iterator[Rows]:
    for number in random.permutation(len(batches)) if random else range(len(batches)):
        yield batches[number]


def _compile(model: Any, plan: Schedule, steps: int) -> None:
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    total = steps * plan.epochs
    warm_up = max(int(total * plan.warm_up), 1)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, total - warm_up, warmup_target=plan.rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay, clipnorm=1.0)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer, loss, jit_compile=False)


def _epoch(model: Any, task: Task, batches: Iterable[Rows], run: Context, title: str) -> None:
    train, feed = task.train, task.feed
    seen, total = 0, 0.0
    with run.bar(title, len(train.ids)) as bar:
        for rows in batches:
            target = train.negative[rows][:, None]
            loss = float(np.asarray(model.train_on_batch(feed(train.ids, rows), target)))
            seen, total = seen + len(rows), total + loss * len(rows)
            bar.advance(len(rows), f"loss {total / seen:.4f}")


def _validation_loss(model: Any, task: Task) -> float:
    """The log loss once a temperature is fitted, as it will be: confidence alone is no gain."""
    ids, negative = task.validation.ids, task.validation.negative
    found = logits(model, ids, task.feed, task.batches(ids.lengths, 256, None))
    wide = found.astype(np.float64)
    wide /= fit_temperature(wide, negative)
    return float((np.logaddexp(0, wide) - negative * wide).mean())


def _take_better(model: Any, task: Task, run: Context) -> None:
    losses = []
    for load in (_load_best, _load_mean):
        load(model, run)
        losses.append(_validation_loss(model, task))
    run.console.print(f"validation loss {losses[0]:.4f} at best, {losses[1]:.4f} of the mean")
    if losses[0] < losses[1]:
        _load_best(model, run)


def _stale(losses: list[float]) -> int:
    """Epochs since the best one."""
    return len(losses) - 1 - int(np.argmin(losses)) if losses else 0


def _save(model: Any, losses: list[float], run: Context) -> None:
    """Keep all that the next epoch needs in one file, so that no kill leaves half an epoch."""
    if losses[-1] == min(losses):
        _keep(model.variables, run.checkpoints / _BEST)
    mean = _mean(model, len(losses), run)
    _keep([*_state(model), *mean, np.array(losses)], run.checkpoints / _LAST)


def _state(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def _mean(model: Any, epochs: int, run: Context) -> list[NDArray[Any]]:
    """The mean of all epochs' weights, this one's included; whole numbers are no weights."""
    arrays = [np.asarray(variable) for variable in model.variables]
    if epochs == 1:
        return arrays
    first = len(_state(model))
    with np.load(run.checkpoints / _LAST) as kept:
        return [_moved(kept[f"arr_{first + n}"], one, epochs) for n, one in enumerate(arrays)]


def _moved(before: NDArray[Any], now: NDArray[Any], epochs: int) -> NDArray[Any]:
    if now.dtype.kind != "f":
        return now
    moved: NDArray[Any] = before + (now - before) / np.array(epochs, now.dtype)
    return moved


def _resume(model: Any, run: Context) -> list[float]:
    """The validation losses of the epochs that are done; model and optimizer stand after them."""
    model.optimizer.build(model.trainable_variables)
    state = _state(model)
    try:
        with np.load(run.checkpoints / _LAST) as kept:
            losses: list[float] = kept[f"arr_{len(state) + len(model.variables)}"].tolist()
    except (OSError, KeyError):
        return []
    _load(state, run.checkpoints / _LAST)
    run.console.print(f"going on after epoch {len(losses)}")
    return losses


def _keep(variables: list[Any], path: Path) -> None:
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, *(np.asarray(variable) for variable in variables))
    temporary.replace(path)


def _load_best(model: Any, run: Context) -> None:
    _load(model.variables, run.checkpoints / _BEST)


def _load_mean(model: Any, run: Context) -> None:
    _load(model.variables, run.checkpoints / _LAST, len(_state(model)))


def _load(variables: list[Any], path: Path, first: int = 0) -> None:
    with np.load(path) as kept:
        for number, variable in enumerate(variables, start=first):
            variable.assign(kept[f"arr_{number}"])
