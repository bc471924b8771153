"""The networks over word embeddings, trained for real on a little data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from rich.console import Console

from sentiment import artefact
from sentiment.scorer import Scorer
from trainer.candidates.candidate import Built, Candidate, build
from trainer.candidates.cnn import Cnn
from trainer.candidates.lstm import Lstm
from trainer.context import Context
from trainer.data.source import made_up_tweets
from trainer.data.tweets import Split, split
from trainer.networks import network
from trainer.networks.glove import find_glove, load_glove, matrix

pytest.importorskip("keras", reason="Keras is not installed; `make install-keras` brings it")

PLAN = network.Schedule(epochs=5, batch=16, rate=1e-2)
TWO_EPOCHS = network.Schedule(epochs=2, batch=32, rate=5e-3)
MAKE: dict[str, Callable[[Path], Candidate]] = {
    "lstm": lambda glove: Lstm(glove, units=8, plan=PLAN),
    "cnn": lambda glove: Cnn(glove, filters=8, plan=PLAN),
}


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(made_up_tweets(700))


@pytest.fixture(scope="module")
def glove(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors of 8 numbers for some words: their form is GloVe's, their content does not matter."""
    folder = tmp_path_factory.mktemp("glove")
    random = np.random.default_rng(3)
    rows = [f"{word} {' '.join(map(str, random.normal(size=8).round(3)))}" for word in WORDS]
    (folder / "glove.6B.50d.txt").write_text("\n".join(rows))
    return folder


WORDS = ["the", "flight", "was", "great", "awful", "love", "hate", "not", "so", "thank", "crew"]


@pytest.fixture(scope="module", params=sorted(MAKE))
def built(
    request: pytest.FixtureRequest,
    parts: Split,
    glove: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    folder = tmp_path_factory.mktemp(request.param)
    run = Context(folder / "checkpoints", Console(quiet=True))
    return build(MAKE[request.param](glove), parts, folder / "artefact", run)


def test_the_artefact_agrees_with_keras_and_has_learned_something(
    built: Built, parts: Split
) -> None:
    assert built.parity <= 1e-5
    right = (Scorer(built.folder).score(parts.test.texts).p_negative >= 0.5) == parts.test.negative
    assert right.mean() > 0.8


def test_the_graph_has_no_step_that_changes_nothing(built: Built) -> None:
    outer = onnx.load(built.folder / artefact.GRAPH).graph
    (loop,) = (node for node in outer.node if node.op_type == "Loop")
    inner = next(one.g for one in loop.attribute if one.name == "body")
    steps = [node.op_type for node in inner.node]
    assert "Less" not in steps, "no id is negative"
    assert all(len(node.input) <= 5 for node in inner.node if node.op_type == "LSTM"), "from zeros"
    used = {name for node in (*outer.node, *inner.node) for name in node.input}
    used |= {value.name for value in inner.output}
    assert {value.name for value in (*outer.initializer, *inner.initializer)} <= used
    assert all(used.intersection(node.output) for node in inner.node)


def test_a_text_scores_the_same_alone_and_in_any_batch(built: Built, parts: Split) -> None:
    scorer = Scorer(built.folder)
    texts = ["", "late", *parts.test.texts[:20], "so " * 300, "\U0001f621", *parts.test.texts[20:]]
    together = scorer.score(texts).p_negative
    alone = np.array([scorer.score([text]).p_negative[0] for text in texts])
    backwards = scorer.score(texts[::-1]).p_negative[::-1]
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(together, backwards, atol=1e-5)


def test_an_interrupted_training_goes_on_and_ends_where_an_undisturbed_one_does(
    glove: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = split(made_up_tweets(300))
    texts = parts.test.texts

    def trained(name: str) -> np.ndarray:
        run = Context(tmp_path / name, Console(quiet=True))
        return Cnn(glove, filters=8, plan=TWO_EPOCHS).fit(parts, run).logits(texts)

    whole = trained("undisturbed")
    save, calls = network._save, []

    def interrupt(*arguments: object) -> None:
        save(*arguments)
        calls.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(network, "_save", interrupt)
    with pytest.raises(KeyboardInterrupt):
        trained("interrupted")
    monkeypatch.setattr(network, "_save", save)
    assert len(calls) == 1
    resumed = trained("interrupted")
    assert _correlation(resumed, whole) > 0.9
    with np.load(tmp_path / "interrupted" / "last.npz") as kept:
        assert len(kept[kept.files[-1]]) == TWO_EPOCHS.epochs


@pytest.mark.parametrize("writes", [1, 2])
def test_a_kill_amid_a_checkpoint_counts_no_epoch_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    run, model = Context(tmp_path, Console(quiet=True)), one_weight()
    model.set_weights([np.array([[1.0]])])
    network._save(model, [0.5], run)
    model.set_weights([np.array([[3.0]])])
    with monkeypatch.context() as killed:
        killed.setattr(network, "_keep", killed_after(writes))
        with pytest.raises(KeyboardInterrupt):
            network._save(model, [0.5, 0.4], run)
    losses = network._resume(model, run)
    if len(losses) == 1:
        assert model.get_weights()[0] == 1.0
        model.set_weights([np.array([[3.0]])])
        network._save(model, [*losses, 0.4], run)
    network._load_mean(model, run)
    assert model.get_weights()[0] == 2.0
    network._load_best(model, run)
    assert model.get_weights()[0] == 3.0


def one_weight() -> Any:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    network._compile(model, TWO_EPOCHS, steps=1)
    model.optimizer.build(model.trainable_variables)
    return model


def killed_after(writes: int) -> Callable[..., None]:
    keep, done = network._keep, []

    def keep_or_end(*arguments: Any) -> None:
        keep(*arguments)
        done.append(1)
        if len(done) == writes:
            raise KeyboardInterrupt

    return keep_or_end


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def test_batches_of_one_length_hold_every_row_once() -> None:
    lengths = np.random.default_rng(0).integers(1, 9, 1_000)
    batches = list(network.same_lengths(lengths, 16, np.random.default_rng(1)))
    assert sorted(np.concatenate(batches)) == list(range(1_000))
    assert all(len(set(lengths[rows])) == 1 and len(rows) <= 16 for rows in batches)


def test_batches_of_like_lengths_hold_every_row_once_and_waste_little() -> None:
    lengths = np.random.default_rng(0).integers(1, 60, 5_000)
    batches = list(network.like_lengths(lengths, 16, np.random.default_rng(1)))
    assert sorted(np.concatenate(batches)) == list(range(5_000))
    padded = sum(int(lengths[rows].max()) * len(rows) for rows in batches)
    assert padded < 1.1 * lengths.sum()


def test_glove_of_100_dimensions_is_preferred_and_unknown_words_get_vectors(
    tmp_path: Path, glove: Path
) -> None:
    for size in (50, 100, 300):
        (tmp_path / f"glove.6B.{size}d.txt").write_text("a 1 2\n")
    assert find_glove(tmp_path).name == "glove.6B.100d.txt"
    (tmp_path / "glove.6B.100d.txt").unlink()
    assert find_glove(tmp_path).name == "glove.6B.300d.txt"
    vectors = load_glove(find_glove(glove))
    rows = matrix(["crew", "unheard"], vectors, seed=1)
    assert rows.shape == (4, 8)
    assert not rows[0].any()
    np.testing.assert_array_equal(rows[2], vectors["crew"])
    assert rows[3].any()
