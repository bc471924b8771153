"""The fast model's network, its training and its graph, on made-up ids."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from rich.console import Console

from sentiment.ragged import Ragged, joined_rows
from trainer.context import Context
from trainer.evaluation.class_calibration import Calibration
from trainer.fast.graph import in_eight_bits, rounded, write_fast_graph
from trainer.fast.known import Judge
from trainer.fast.reading import read_fast_graph
from trainer.fast.rows import Lesson
from trainer.fast.shape import Arrays, Shape, initial_weights

tensorflow = pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")

from trainer.fast.learning import Plan, learn  # noqa: E402
from trainer.fast.network import Network  # noqa: E402

SIZE = 60
NEGATIVE, NOT, POSITIVE = 1, 2, 3


def weights(seed: int = 3) -> Arrays:
    random = np.random.default_rng(seed)
    table = random.normal(0, 0.1, (SIZE, 8)).astype(np.float32)
    return initial_weights(Shape(SIZE, 8, 12, 8, buckets=97), table, 2, seed)


def some_ids(count: int = 200) -> Ragged:
    random = np.random.default_rng(4)
    return joined_rows([random.integers(4, SIZE, random.integers(1, 20)) for _ in range(count)])


def in_order(count: int = 900) -> Lesson:
    """`NOT` right before a word turns it; elsewhere it means nothing."""
    random = np.random.default_rng(5)
    rows, labels = [], []
    for _ in range(count):
        word, fill = random.choice([NEGATIVE, POSITIVE]), random.integers(4, SIZE, 6).tolist()
        turned = random.random() < 0.5
        rows.append([*fill[:3], NOT, word, *fill[3:]] if turned else [NOT, *fill, word])
        labels.append(0 if (word == NEGATIVE) != turned else 2)
    shares = np.eye(3, dtype=np.float32)[labels]
    none, ones = np.zeros(count, bool), np.ones(count, np.float32)
    return Lesson(joined_rows(rows), shares, ones, none, np.zeros(count, np.int32))


def context(folder: Path) -> Context:
    return Context(folder, Console(quiet=True))


def test_the_graph_says_what_the_network_says(tmp_path: Path) -> None:
    made = weights()
    made["wide"] = np.random.default_rng(6).normal(0, 0.5, made["wide"].shape).astype(np.float32)
    made = rounded(made)
    known = np.linspace(-2, 2, SIZE).astype(np.float32)
    languages = np.random.default_rng(8).integers(-127, 128, (SIZE, 4)).astype(np.float32)
    calibration = Calibration(1.4, (0.2, -0.3, 0.1))
    write_fast_graph(tmp_path / "model.onnx", made, Judge(known, languages), calibration)
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    ids = some_ids()
    order = np.argsort(ids.lengths, kind="stable")
    lengths, rows = np.unique(ids.lengths, return_counts=True)
    flat = np.concatenate([ids.ids[ids.offsets[row] : ids.offsets[row + 1]] for row in order])
    outputs = ["probabilities", "p_known", "language"]
    found, chance, language = session.run(outputs, {"ids": flat, "rows": rows, "lengths": lengths})
    expected = calibration.probabilities(Network(made).infer(ids))[order]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    means = [known[ids.ids[ids.offsets[row] : ids.offsets[row + 1]]].mean() for row in order]
    np.testing.assert_allclose(chance, 1 / (1 + np.exp(-np.array(means))), atol=1e-5)
    sums = np.array(
        [languages[ids.ids[ids.offsets[row] : ids.offsets[row + 1]]].sum(0) for row in order]
    )
    chosen = sums[np.arange(len(sums)), language.astype(int)]
    assert np.all(chosen >= sums.max(axis=1) - 20)  # the table has 8 bits
    assert set(language) == {0, 1, 2, 3}
    again, judge = read_fast_graph(tmp_path / "model.onnx", sources=3)
    odds = Network(again).infer(ids)
    shares = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        shares, calibration.probabilities(Network(made).infer(ids)), atol=1e-5
    )
    np.testing.assert_array_equal(judge.known, known)
    assert again["offsets"].shape == (3, 3)


def test_eight_bits_keep_each_row_within_half_a_step() -> None:
    table = np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32)
    table[4] = 0
    eight_bits, scale = in_eight_bits(table)
    assert np.all(np.abs(eight_bits * scale - table) <= scale / 2 + 1e-6)


def test_it_learns_that_order_matters(tmp_path: Path) -> None:
    lesson, network = in_order(), Network(weights())
    learn(network, lesson, Plan(epochs=15, batch=64, rate=1e-2), context(tmp_path))
    said = network.infer(lesson.ids).argmax(axis=1)
    assert (said == lesson.shares.argmax(axis=1)).mean() > 0.95


def test_a_two_class_row_says_nothing_about_neutral(tmp_path: Path) -> None:
    lesson = in_order(300)
    two = Lesson(lesson.ids, lesson.shares, lesson.weights, np.ones(300, bool), lesson.origins)
    network = Network(weights())
    before = network.infer(lesson.ids)
    learn(network, two, Plan(epochs=6, batch=64, rate=1e-2), context(tmp_path))
    after = network.infer(lesson.ids)
    odds = after[:, 0] - after[:, 2]
    assert ((odds > 0) == (lesson.shares[:, 0] == 1)).mean() > 0.8
    assert abs(after[:, 1] - before[:, 1]).mean() < abs(odds).mean()


def test_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    plan = Plan(epochs=3, batch=64, every=5)
    lesson, at_once, in_two = in_order(300), Network(weights()), Network(weights())
    tensorflow.random.set_seed(1)
    learn(at_once, lesson, plan, context(tmp_path / "once"))
    learn(in_two, lesson, plan, context(tmp_path / "twice"))
    resumed = Network(weights())
    learn(resumed, lesson, plan, context(tmp_path / "twice"))
    for name, array in in_two.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], array)
