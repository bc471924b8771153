"""The ONNX graph of a linear model over ids: it adds up coefficients, nothing grows with them."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def write_linear_graph(
    path: Path, coefficients: NDArray[np.floating], intercept: float, power: float = 0.0
) -> None:
    """Write a graph of the `ragged` layout: sigmoid(intercept + sum of coefficients / n**power).

    n is the number of a text's ids, at least 1.

    The sum of a text is the difference of two running sums, kept in float64: over 16,384 ids
    that loses nothing that float32 could show.

    Args:
        path: of the file to write.
        coefficients: float [number of ids].
        intercept: added to each text's sum.
        power: how far long texts are scaled down; 0: not at all.
    """
    graph = helper.make_graph(
        [*_sums_of_texts(), *_probabilities()],
        "linear",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["total"]),
            helper.make_tensor_value_info("offsets", TensorProto.INT64, ["edges"]),
        ],
        [helper.make_tensor_value_info("p_negative", TensorProto.FLOAT, ["n"])],
        _constants(coefficients, intercept, power),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _sums_of_texts() -> list[onnx.NodeProto]:
    """`ids` and `offsets` in; `sum` of each text's coefficients and its `length` out."""
    return [
        helper.make_node("Gather", ["coefficients", "ids"], ["single"]),
        helper.make_node("Cast", ["single"], ["values"], to=TensorProto.DOUBLE),
        helper.make_node("CumSum", ["values", "axis0"], ["sums"]),
        helper.make_node("Concat", ["zero", "sums"], ["running"], axis=0),
        helper.make_node("Slice", ["offsets", "second", "end", "axis"], ["ends"]),
        helper.make_node("Slice", ["offsets", "first", "last", "axis"], ["starts"]),
        helper.make_node("Gather", ["running", "ends"], ["sum_to_end"]),
        helper.make_node("Gather", ["running", "starts"], ["sum_to_start"]),
        helper.make_node("Sub", ["sum_to_end", "sum_to_start"], ["sum"]),
        helper.make_node("Sub", ["ends", "starts"], ["length"]),
    ]


def _probabilities() -> list[onnx.NodeProto]:
    """`sum` and `length` in, `p_negative` out."""
    return [
        helper.make_node("Cast", ["length"], ["length64"], to=TensorProto.DOUBLE),
        helper.make_node("Max", ["length64", "one"], ["n"]),
        helper.make_node("Pow", ["n", "power"], ["scale"]),
        helper.make_node("Mul", ["sum", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["logit64"]),
        helper.make_node("Cast", ["logit64"], ["logit"], to=TensorProto.FLOAT),
        helper.make_node("Sigmoid", ["logit"], ["p_negative"]),
    ]


def _constants(
    coefficients: NDArray[np.floating], intercept: float, power: float
) -> list[onnx.TensorProto]:
    constants = {
        "coefficients": np.asarray(coefficients, np.float32).reshape(-1),
        "intercept": np.array([intercept], np.float64),
        "power": np.array([-power], np.float64),
        "one": np.ones(1, np.float64),
        "zero": np.zeros(1, np.float64),
        "axis": np.zeros(1, np.int64),
        "axis0": np.array(0, np.int64),
        "first": np.zeros(1, np.int64),
        "second": np.ones(1, np.int64),
        "last": np.array([-1], np.int64),
        "end": np.array([np.iinfo(np.int64).max], np.int64),
    }
    return [numpy_helper.from_array(value, name) for name, value in constants.items()]
