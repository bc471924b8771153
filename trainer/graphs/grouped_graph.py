"""The `grouped` layout: a graph that scores texts of one length, looped over groups of them.

A batch holds some thirty lengths. One call for each of them gives the interpreter's lock away and
waits to have it back each time: up to 5 ms where other threads are at work (`bench.grouping`).
"""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

_OPSET = 14
"""The first in which `Reshape` takes a length of 0 for what it is."""


def grouped(model: onnx.ModelProto) -> onnx.ModelProto:
    """The layout's graph from one with the input `ids` int32 [n, length] and output `p_negative`.

    Args:
        model: is taken apart: it is of no use afterwards.

    Raises:
        ValueError: the graph has other inputs or outputs, or is of an older opset.
    """
    _require(model)
    # Tables stay outside, as ONNX Runtime keeps two copies of what stands in a loop. All else stays
    # in it, where weights are laid out for the processor once and not at every turn.
    tables = {node.input[0] for node in model.graph.node if node.op_type == "Gather"}
    values = model.graph.initializer
    loop = helper.make_node(
        "Loop",
        ["grouped.count", "", "grouped.none"],
        ["p_negative"],
        body=_body(model.graph.node, [value for value in values if value.name not in tables]),
    )
    outer = _outer(loop, [value for value in values if value.name in tables])
    looped = helper.make_model(outer, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(looped)
    return looped


def _body(nodes: Sequence[NodeProto], values: Sequence[TensorProto]) -> GraphProto:
    """One turn of the loop: one group of texts."""
    for node in nodes:
        node.input[:] = ["one.ids" if name == "ids" else name for name in node.input]
        node.output[:] = ["one.p" if name == "p_negative" else name for name in node.output]
    return helper.make_graph(
        [*_slice(), *nodes, *_append()],
        "group",
        [_value("one.i", TensorProto.INT64), _value("one.go", TensorProto.BOOL),
         _value("one.before", TensorProto.FLOAT, "before")],
        [_value("one.on", TensorProto.BOOL), _value("one.after", TensorProto.FLOAT, "after")],
        values,
    )  # fmt: skip


def _outer(loop: NodeProto, tables: Sequence[TensorProto]) -> GraphProto:
    return helper.make_graph(
        [*_places(), loop],
        "grouped",
        [_value("ids", TensorProto.INT32, "total"), _value("rows", TensorProto.INT64, "groups"),
         _value("lengths", TensorProto.INT64, "groups")],
        [_value("p_negative", TensorProto.FLOAT, "n")],
        [numpy_helper.from_array(np.array(0, np.int64), "grouped.first"),
         numpy_helper.from_array(np.zeros(1, np.int64), "grouped.axis"),
         numpy_helper.from_array(np.zeros(0, np.float32), "grouped.none"),
         *tables],
    )  # fmt: skip


def _places() -> list[NodeProto]:
    """Where the ids of each group start and end."""
    return [
        helper.make_node("Mul", ["rows", "lengths"], ["grouped.sizes"]),
        helper.make_node("CumSum", ["grouped.sizes", "grouped.first"], ["grouped.ends"]),
        helper.make_node("Sub", ["grouped.ends", "grouped.sizes"], ["grouped.starts"]),
        helper.make_node("Size", ["rows"], ["grouped.count"]),
    ]


def _slice() -> list[NodeProto]:
    """The ids of one group, [rows, length]."""
    parts = {"grouped.starts": "one.start", "grouped.ends": "one.end"}
    parts |= {"rows": "one.rows", "lengths": "one.length"}
    return [
        helper.make_node("Unsqueeze", ["one.i", "grouped.axis"], ["one.n"]),
        *(helper.make_node("Gather", [all_, "one.n"], [one]) for all_, one in parts.items()),
        helper.make_node("Slice", ["ids", "one.start", "one.end"], ["one.flat"]),
        helper.make_node("Concat", ["one.rows", "one.length"], ["one.shape"], axis=0),
        helper.make_node("Reshape", ["one.flat", "one.shape"], ["one.ids"], allowzero=1),
    ]


def _append() -> list[NodeProto]:
    return [
        helper.make_node("Concat", ["one.before", "one.p"], ["one.after"], axis=0),
        helper.make_node("Identity", ["one.go"], ["one.on"]),
    ]


def _value(name: str, kind: int, *shape: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))


def _require(model: onnx.ModelProto) -> None:
    graph = model.graph
    found = [value.name for value in graph.input], [value.name for value in graph.output]
    if found != (["ids"], ["p_negative"]):
        raise ValueError(f"expected a graph from `ids` to `p_negative`, got one from {found}")
    versions = [opset.version for opset in model.opset_import if not opset.domain]
    if versions[0] < _OPSET:
        raise ValueError(f"expected a graph of opset {_OPSET} or newer, got {versions[0]}")
