"""A tiny graph of three classes that also tells whether it can judge a text."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def write_three_class_graph(
    path: Path,
    coefficients: NDArray[np.floating],
    intercepts: NDArray[np.floating],
    known: bool = True,
) -> None:
    """A graph of the `ragged` layout over sums of the ids' coefficients.

    Args:
        path: of the file to write.
        coefficients: [ids, 4], of the logits negative, neutral, positive and of being known.
        intercepts: [4], likewise.
        known: whether there is an output `p_known`.
    """
    node = helper.make_node
    nodes = [
        node("Gather", ["coefficients", "ids"], ["single"]),
        node("CumSum", ["single", "axis0"], ["sums"]),
        node("Concat", ["zero", "sums"], ["running"], axis=0),
        node("Slice", ["offsets", "second", "end", "axis"], ["ends"]),
        node("Slice", ["offsets", "first", "last", "axis"], ["starts"]),
        node("Gather", ["running", "ends"], ["sum_to_end"]),
        node("Gather", ["running", "starts"], ["sum_to_start"]),
        node("Sub", ["sum_to_end", "sum_to_start"], ["sum"]),
        node("Add", ["sum", "intercepts"], ["logits64"]),
        node("Cast", ["logits64"], ["logits"], to=TensorProto.FLOAT),
        node("Split", ["logits", "widths"], ["classes", "certainty"], axis=1),
        node("Softmax", ["classes"], ["probabilities"], axis=1),
        node("Sigmoid", ["certainty"], ["p_known_column"]),
        node("Squeeze", ["p_known_column", "second"], ["p_known"]),
    ]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])]
    if known:
        outputs.append(helper.make_tensor_value_info("p_known", TensorProto.FLOAT, ["n"]))
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT32, ["total"]),
        helper.make_tensor_value_info("offsets", TensorProto.INT64, ["edges"]),
    ]
    graph = helper.make_graph(nodes, "toy", inputs, outputs, _constants(coefficients, intercepts))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _constants(
    coefficients: NDArray[np.floating], intercepts: NDArray[np.floating]
) -> list[TensorProto]:
    constants: dict[str, NDArray[np.generic]] = {
        "coefficients": coefficients.astype(np.float64),
        "intercepts": intercepts.astype(np.float64),
        "zero": np.zeros((1, 4), np.float64),
        "widths": np.array([3, 1], np.int64),
        "axis0": np.array(0, np.int64),
        "axis": np.zeros(1, np.int64),
        "first": np.zeros(1, np.int64),
        "second": np.ones(1, np.int64),
        "last": np.array([-1], np.int64),
        "end": np.array([np.iinfo(np.int64).max], np.int64),
    }
    return [numpy_helper.from_array(value, name) for name, value in constants.items()]
