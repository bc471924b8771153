"""The artefact that every side runs, where no trained one is named.

Its weights are random: what it says means nothing, what it costs is what a trained one of its
shape costs.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bench.settings import BenchSettings
from sentiment import artefact
from sentiment.card import Card
from sentiment.tokenizer import NgramTokenizer, WordTokenizer, vocabulary_of
from trainer.evaluation.golden import write_golden
from trainer.graphs.grouped_graph import grouped
from trainer.graphs.linear_graph import write_linear_graph

_DIMENSIONS = 50
_VOCABULARY = 60_000


def make_artefact(settings: BenchSettings, texts: list[str], folder: Path) -> tuple[Path, str]:
    """The artefact to measure with, and what it is, in words."""
    if settings.artefact:
        name = artefact.read_card(settings.artefact).candidate
        return settings.artefact, f"{name}, trained"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    vocabulary = vocabulary_of(texts, _VOCABULARY, at_least=1)
    if settings.model == "network":
        WordTokenizer(vocabulary).save(folder / artefact.TOKENIZER)
        write_gru_graph(folder / artefact.GRAPH, len(vocabulary) + 2, settings.units, random)
        layout, what = "grouped", f"GRU of {settings.units} units over {_DIMENSIONS} dimensions"
    else:
        tokenizer = NgramTokenizer(vocabulary, run_buckets=1 << 18)
        tokenizer.save(folder / artefact.TOKENIZER)
        write_linear_graph(folder / artefact.GRAPH, random.normal(0, 0.1, tokenizer.size), 0.0)
        layout, what = "ragged", "linear model over words, pairs and runs of characters"
    card = Card(candidate=settings.model, layout=layout, created_at=datetime.now(UTC))
    write_golden(folder, card)
    return folder, f"{what}, untrained (weights do not change the speed)"


def write_gru_graph(path: Path, words: int, units: int, random: np.random.Generator) -> None:
    """A graph of the `grouped` layout: embedding, GRU as Keras has it, dense layer, sigmoid."""

    def weights(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    constants = {
        "embeddings": weights(words, _DIMENSIONS),
        "w": weights(1, 3 * units, _DIMENSIONS),
        "r": weights(1, 3 * units, units),
        "b": weights(1, 6 * units),
        "axis": np.zeros(1, np.int64),
        "dense": weights(units, 1),
        "flat": np.array([-1], np.int64),
    }
    nodes = [
        helper.make_node("Transpose", ["ids"], ["steps"], perm=[1, 0]),
        helper.make_node("Gather", ["embeddings", "steps"], ["embedded"]),
        helper.make_node(
            "GRU", ["embedded", "w", "r", "b"], ["", "state"],
            hidden_size=units, linear_before_reset=1,
        ),
        helper.make_node("Squeeze", ["state", "axis"], ["last"]),
        helper.make_node("MatMul", ["last", "dense"], ["logits"]),
        helper.make_node("Reshape", ["logits", "flat"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["p_negative"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "gru",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "length"])],
        [helper.make_tensor_value_info("p_negative", TensorProto.FLOAT, ["n"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(grouped(model).SerializeToString())
