"""Tiny graphs of the three layouts: p_negative is the sigmoid of the sum of the ids' numbers."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from sentiment import artefact
from sentiment.card import Card, Layout
from sentiment.tokenizer import WordTokenizer
from trainer.graphs.grouped_graph import grouped
from trainer.graphs.linear_graph import write_linear_graph

WORDS = ("bad", "late", "good", "thanks")
NUMBERS = np.array([7.0, 0.1, 1.5, 0.7, -1.3, -0.9], np.float32)
"""By id. That of padding, 0, is large: a graph that sees padding answers something else."""


def expected(ids: list[int]) -> float:
    """What every graph here answers to these ids."""
    return float(1 / (1 + np.exp(-NUMBERS[ids].sum(dtype=np.float64))))


def write_toy(folder: Path, layout: Layout) -> Path:
    """An artefact of a layout."""
    folder.mkdir(parents=True, exist_ok=True)
    WordTokenizer(WORDS, max_tokens=2_000).save(folder / artefact.TOKENIZER)
    write_graph(folder / artefact.GRAPH, layout)
    card = Card(candidate="toy", layout=layout, created_at=datetime.now(UTC))
    artefact.write_card(folder, card)
    return folder


def write_graph(path: Path, layout: Layout) -> None:
    """A graph of a layout."""
    if layout == "ragged":
        write_linear_graph(path, NUMBERS, 0.0)
        return
    nodes = [helper.make_node("Gather", ["numbers", "ids"], ["each"])]
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "length"])]
    if layout == "padded":
        nodes += _masked()
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, ["n"]))
    else:
        nodes.append(helper.make_node("Identity", ["each"], ["kept"]))
    nodes.append(helper.make_node("ReduceSum", ["kept", "one"], ["sum"], keepdims=0))
    nodes.append(helper.make_node("Sigmoid", ["sum"], ["p_negative"]))
    output = helper.make_tensor_value_info("p_negative", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph(nodes, layout, inputs, [output], _constants())
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    model = grouped(model) if layout == "grouped" else model
    path.write_bytes(model.SerializeToString())


def _masked() -> list[NodeProto]:
    """Keeps the numbers of the first `lengths` ids of each row."""
    return [
        helper.make_node("Shape", ["ids"], ["shape"]),
        helper.make_node("Gather", ["shape", "second"], ["length64"]),
        helper.make_node("Range", ["start", "length64", "step"], ["places"]),
        helper.make_node("Cast", ["lengths"], ["lengths64"], to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["lengths64", "one"], ["ends"]),
        helper.make_node("Less", ["places", "ends"], ["mask"]),
        helper.make_node("Where", ["mask", "each", "nothing"], ["kept"]),
    ]


def _constants() -> list[TensorProto]:
    constants: dict[str, NDArray[np.generic]] = {
        "numbers": NUMBERS,
        "one": np.array([1], np.int64),
        "second": np.array(1, np.int64),
        "start": np.array(0, np.int64),
        "step": np.array(1, np.int64),
        "nothing": np.array(0, np.float32),
    }
    return [numpy_helper.from_array(value, name) for name, value in constants.items()]


def write_endless(path: Path) -> None:
    """A ragged graph that never answers: a loop of 2 ** 62 rounds."""
    state = helper.make_tensor_value_info("state", TensorProto.FLOAT, [1])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["go_on_then"]),
            helper.make_node("Add", ["state", "state"], ["state_then"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            state,
        ],
        [
            helper.make_tensor_value_info("go_on_then", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state_then", TensorProto.FLOAT, [1]),
        ],
    )
    nodes = [
        helper.make_node("Cast", ["offsets"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["floats"], ["sum"], keepdims=0),
        helper.make_node("Reshape", ["sum", "one"], ["first"]),
        helper.make_node("Loop", ["rounds", "always", "first"], ["last"], body=body),
        helper.make_node("Sigmoid", ["last"], ["p_negative"]),
    ]
    constants = {"rounds": np.array(2**62), "always": np.array(True), "one": np.array([1])}
    graph = helper.make_graph(
        nodes,
        "endless",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["total"]),
            helper.make_tensor_value_info("offsets", TensorProto.INT64, ["ends"]),
        ],
        [helper.make_tensor_value_info("p_negative", TensorProto.FLOAT, ["n"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
