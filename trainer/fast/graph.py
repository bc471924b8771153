"""The ONNX graph of the fast model: layout `grouped`, its tables in 8 bits.

Texts of one length at a time run through the network, so that nothing is padded. A convolution is
one matrix product over all words, whose three parts are shifted against each other and added up.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from trainer.evaluation.class_calibration import Calibration
from trainer.fast.known import Judge
from trainer.fast.shape import (
    LENGTH_POWER,
    PAIR_FACTOR,
    TRIPLE_FACTOR,
    Array,
    Arrays,
    buckets_of,
    layers_of,
)

_OPSET = 17
_PARTS = 3
"""Words that one convolution sees."""
_COLUMNS = 5
"""What the graph finds of a text: three probabilities, p_known, and the number of its language."""


def in_eight_bits(table: Array) -> tuple[NDArray[np.int8], Array]:
    """int8 [size, width] and the scale of each row, float32 [size, 1]: their product is the table,
    within 1/254 of each row's largest number."""
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9) / 127
    return np.rint(table / scale).astype(np.int8), scale.astype(np.float32)


def in_eight_bits_alike(table: Array) -> tuple[NDArray[np.int8], np.float32]:
    """int8 of the same shape and one scale for all: a scale for each row would take more than the
    rows. The few numbers beyond the 99.99th percentile are cut."""
    largest = float(np.quantile(np.abs(table[np.any(table != 0, axis=1)]), 0.9999, method="lower"))
    scale = np.float32(max(largest, 1e-9) / 127)
    return np.rint(np.clip(table / scale, -127, 127)).astype(np.int8), scale


def rounded(weights: Arrays) -> Arrays:
    """The weights as the graph has them."""
    table, scale = in_eight_bits(weights["table"])
    wide, wide_scale = in_eight_bits_alike(weights["wide"])
    return {**weights, "table": table * scale, "wide": wide * wide_scale}


def write_fast_graph(path: Path, weights: Arrays, judge: Judge, calibration: Calibration) -> None:
    """Write the graph.

    Args:
        path: of the file to write.
        weights: as `trainer.fast.shape` names them.
        judge: says which texts can be judged, and their languages.
        calibration: of the three probabilities.
    """
    tables = _tables(weights, judge, calibration)
    graph = helper.make_graph(
        _outer(_body(weights, calibration)),
        "fast",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["total"]),
            helper.make_tensor_value_info("rows", TensorProto.INT64, ["groups"]),
            helper.make_tensor_value_info("lengths", TensorProto.INT64, ["groups"]),
        ],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3]),
            helper.make_tensor_value_info("p_known", TensorProto.FLOAT, ["n"]),
            helper.make_tensor_value_info("language", TensorProto.FLOAT, ["n"]),
        ],
        [numpy_helper.from_array(array, name) for name, array in tables.items()],
    )
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _tables(
    weights: Arrays, judge: Judge, calibration: Calibration
) -> dict[str, NDArray[np.generic]]:
    """All that stands outside the loop: ONNX Runtime keeps two copies of what stands in it."""
    table, scale = in_eight_bits(weights["table"])
    wide, wide_scale = in_eight_bits_alike(weights["wide"])
    return {
        "table.int8": table,
        "table.scale": scale,
        "known": judge.known.reshape(-1, 1).astype(np.float32),
        # The largest of several sums: their scale does not matter.
        "languages": in_eight_bits_alike(judge.languages)[0],
        "wide.int8": wide,
        "wide.scale": np.array(wide_scale / calibration.temperature, np.float32),
        "first": np.array(0, np.int64),
        "axis": np.zeros(1, np.int64),
        "none": np.zeros((0, _COLUMNS), np.float32),
        "split": np.array([3, 1, 1], np.int64),
        "last": np.array([-1], np.int64),
    }


def _outer(body: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The loop over the groups, and what goes before and after it."""
    return [
        # ONNX Runtime computes what hangs on constants alone once, when it opens the graph.
        helper.make_node("Cast", ["table.int8"], ["table.wide"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["table.wide", "table.scale"], ["table"]),
        helper.make_node("Cast", ["wide.int8"], ["wide.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["wide.float", "wide.scale"], ["wide"]),
        helper.make_node("Mul", ["rows", "lengths"], ["sizes"]),
        helper.make_node("CumSum", ["sizes", "first"], ["ends"]),
        helper.make_node("Sub", ["ends", "sizes"], ["starts"]),
        helper.make_node("Size", ["rows"], ["count"]),
        helper.make_node("Loop", ["count", "", "none"], ["all"], body=body),
        helper.make_node("Split", ["all", "split"], ["probabilities", "p.known", "l"], axis=1),
        helper.make_node("Reshape", ["p.known", "last"], ["p_known"]),
        helper.make_node("Reshape", ["l", "last"], ["language"]),
    ]


@dataclass
class _Nodes:
    """Nodes and constants of the loop's body."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = value
        return name

    def whole(self, name: str, *numbers: int) -> str:
        return self.constant(name, np.array(numbers, np.int64))


def _body(weights: Arrays, calibration: Calibration) -> onnx.GraphProto:
    made = _Nodes()
    _slice(made)
    made.add("Gather", ["table", "one.ids"], "one.words", axis=0)
    state = "one.words"
    for layer in range(layers_of(weights)):
        state = _convolution(made, weights, layer, state)
    _linear(made, weights)
    _classes(made, weights, calibration, state)
    _known(made)
    _language(made)
    made.add("Concat", ["one.p", "one.known", "one.language"], "one.found", axis=1)
    made.add("Concat", ["one.before", "one.found"], "one.after", axis=0)
    made.add("Identity", ["one.go"], "one.on")
    value = helper.make_tensor_value_info
    return helper.make_graph(
        made.nodes,
        "group",
        [
            value("one.i", TensorProto.INT64, []),
            value("one.go", TensorProto.BOOL, []),
            value("one.before", TensorProto.FLOAT, ["before", _COLUMNS]),
        ],
        [
            value("one.on", TensorProto.BOOL, []),
            value("one.after", TensorProto.FLOAT, ["after", _COLUMNS]),
        ],
        [numpy_helper.from_array(array, name) for name, array in made.constants.items()],
    )


def _slice(made: _Nodes) -> None:
    """`one.ids`, [rows, length], of this turn's group."""
    made.add("Unsqueeze", ["one.i", "axis"], "one.n")
    for all_, one in (
        ("starts", "start"),
        ("ends", "end"),
        ("rows", "rows"),
        ("lengths", "length"),
    ):
        made.add("Gather", [all_, "one.n"], f"one.{one}")
    made.add("Slice", ["ids", "one.start", "one.end"], "one.flat")
    made.add("Concat", ["one.rows", "one.length"], "one.shape", axis=0)
    made.add("Reshape", ["one.flat", "one.shape"], "one.ids")


def _convolution(made: _Nodes, weights: Arrays, layer: int, state: str) -> str:
    """A convolution over `state` [rows, length, in], to which it is added but for the first."""
    name, apart = f"conv{layer}", 2**layer
    kernel = weights[f"{name}.kernel"]
    channels = kernel.shape[2]
    side_by_side = np.concatenate(list(kernel), axis=1)  # [in, 3 * channels]
    made.add("MatMul", [state, made.constant(f"{name}.kernel", side_by_side)], f"{name}.all")
    parts = [f"{name}.{part}" for part in range(_PARTS)]
    sizes = made.whole(f"{name}.sizes", *[channels] * _PARTS)
    made.nodes.append(helper.make_node("Split", [f"{name}.all", sizes], parts, axis=2))
    before = _shifted(made, parts[0], apart)
    after = _shifted(made, parts[2], -apart)
    made.add("Add", [before, after], f"{name}.around")
    made.add("Add", [f"{name}.around", parts[1]], f"{name}.sum")
    bias = made.constant(f"{name}.bias", weights[f"{name}.bias"])
    made.add("Add", [f"{name}.sum", bias], f"{name}.biased")
    made.add("Relu", [f"{name}.biased"], f"{name}.found")
    return made.add("Add", [state, f"{name}.found"], f"{name}.out") if layer else f"{name}.found"


def _shifted(made: _Nodes, name: str, by: int) -> str:
    """Along the words; what is pushed out is lost and zeros come in: a pad that also cuts."""
    pads = [0, max(by, 0), 0, 0, max(-by, 0), 0]
    made.add("Pad", [name, made.whole(f"{name}.pads", *pads)], f"{name}.padded")
    first, last = (0, -by) if by > 0 else (-by, np.iinfo(np.int64).max)
    bounds = [made.whole(f"{name}.{edge}", at) for edge, at in (("from", first), ("to", last))]
    return made.add(
        "Slice", [f"{name}.padded", *bounds, made.whole(f"{name}.axis", 1)], f"{name}.shifted"
    )


def _linear(made: _Nodes, weights: Arrays) -> None:
    """`one.linear`, [rows, 3]: see `trainer.fast.shape.neighbours`."""
    size, buckets = len(weights["table"]), buckets_of(weights)
    made.add("Cast", ["one.ids"], "wide.ids", to=TensorProto.INT64)
    pairs = _hashed(made, "pair", "wide.ids", 1, PAIR_FACTOR)
    triples = _hashed(made, "triple", pairs, 2, TRIPLE_FACTOR)
    count = made.constant("wide.buckets", np.array(buckets, np.int64))
    parts = ["wide.ids"]
    for name, hashes, first in (("pair", pairs, size), ("triple", triples, size + buckets)):
        made.add("Mod", [hashes, count], f"{name}.bucket")
        base = made.constant(f"{name}.base", np.array(first, np.int64))
        parts.append(made.add("Add", [f"{name}.bucket", base], f"{name}.place"))
    made.add("Concat", parts, "wide.places", axis=1)
    made.add("Gather", ["wide", "wide.places"], "wide.each", axis=0)
    made.add("ReduceSum", ["wide.each", made.whole("wide.axis", 1)], "wide.sum", keepdims=0)
    made.add("Cast", ["one.length"], "wide.length", to=TensorProto.FLOAT)
    power = made.constant("wide.power", np.array(LENGTH_POWER, np.float32))
    made.add("Pow", ["wide.length", power], "wide.scaled.by")
    made.add("Mul", ["wide.sum", "wide.scaled.by"], "one.linear")


def _hashed(made: _Nodes, name: str, heads: str, apart: int, factor: int) -> str:
    """Heads but for the last, times a factor, plus the id so far behind each."""
    axis = made.whole(f"{name}.axis", 1)
    bounds = [made.whole(f"{name}.from", 0), made.whole(f"{name}.to", -1)]
    made.add("Slice", [heads, *bounds, axis], f"{name}.heads")
    bounds = [made.whole(f"{name}.next", apart), made.whole(f"{name}.end", np.iinfo(np.int64).max)]
    made.add("Slice", ["wide.ids", *bounds, axis], f"{name}.tails")
    made.add(
        "Mul", [f"{name}.heads", made.constant(f"{name}.factor", np.array(factor))], f"{name}.by"
    )
    return made.add("Add", [f"{name}.by", f"{name}.tails"], f"{name}.hash")


def _classes(made: _Nodes, weights: Arrays, calibration: Calibration, state: str) -> None:
    """`one.p`, [rows, 3]."""
    made.add("ReduceMax", [state], "one.max", axes=[1], keepdims=0)
    made.add("ReduceSum", [state, made.whole("one.words.axis", 1)], "one.sum", keepdims=0)
    made.add("Cast", ["one.length"], "one.count", to=TensorProto.FLOAT)
    made.add("Sqrt", ["one.count"], "one.root")
    made.add("Div", ["one.sum", "one.root"], "one.mean.twice")
    half = made.constant("one.half", np.array(0.5, np.float32))
    made.add("Mul", ["one.mean.twice", half], "one.mean")
    made.add("Concat", ["one.max", "one.mean"], "one.pooled", axis=1)
    kernel = made.constant("hidden.kernel", weights["hidden.kernel"])
    bias = made.constant("hidden.bias", weights["hidden.bias"])
    made.add("Gemm", ["one.pooled", kernel, bias], "hidden.sum")
    made.add("Relu", ["hidden.sum"], "hidden")
    made.add("Concat", ["one.pooled", "hidden"], "one.features", axis=1)
    out = weights["out.kernel"] / calibration.temperature
    shift = weights["out.bias"] / calibration.temperature + np.array(calibration.bias)
    kernel = made.constant("out.kernel", out.astype(np.float32))
    bias = made.constant("out.bias", shift.astype(np.float32))
    made.add("Gemm", ["one.features", kernel, bias], "one.deep")
    made.add("Add", ["one.deep", "one.linear"], "one.logits")
    made.add("Softmax", ["one.logits"], "one.p", axis=1)


def _known(made: _Nodes) -> None:
    """`one.known`, [rows, 1]."""
    made.add("Gather", ["known", "one.ids"], "one.known.each", axis=0)
    made.add("ReduceMean", ["one.known.each"], "one.known.mean", axes=[1], keepdims=0)
    made.add("Sigmoid", ["one.known.mean"], "one.known")


def _language(made: _Nodes) -> None:
    """`one.language`, [rows, 1]: the number of the likeliest one."""
    made.add("Gather", ["languages", "one.ids"], "one.languages", axis=0)
    made.add("Cast", ["one.languages"], "one.languages.float", to=TensorProto.FLOAT)
    axis = made.whole("one.languages.axis", 1)
    made.add("ReduceSum", ["one.languages.float", axis], "one.languages.sum", keepdims=0)
    made.add("ArgMax", ["one.languages.sum"], "one.language.number", axis=1, keepdims=1)
    made.add("Cast", ["one.language.number"], "one.language", to=TensorProto.FLOAT)
