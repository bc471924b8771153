"""The ONNX graph of a BERT-like encoder, whole or in part, written from its weights.

Layout `padded`: inputs `ids` int32 [n, longest] and `lengths` int32 [n]; what stands behind a
text's length counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from trainer.encoders.pretrained import Pretrained, Weights
from trainer.evaluation.class_calibration import Calibration

HIDDEN = "hidden"
"""The output of `write_lower_graph`: float16 [n, longest, width]."""

_OPSET = 20
_MASKED = -1e4


@dataclass
class _Graph:
    """Nodes and constants, gathered in their order."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: Any, kind: type[np.generic] = np.float32) -> str:
        array = np.ascontiguousarray(np.asarray(value, kind)).reshape(np.shape(value))
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, **options: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **options))
        return output


def write_lower_graph(path: Path, encoder: Pretrained, layers: int) -> None:
    """Write the embeddings and the first `layers` layers; the output is `hidden`."""
    graph = _Graph()
    hidden = _layers(graph, encoder, encoder.weights, _embedded(graph, encoder), range(layers))
    graph.node("Cast", [hidden], HIDDEN, to=TensorProto.FLOAT16)
    _write(path, graph, HIDDEN, TensorProto.FLOAT16, ["n", "longest", encoder.width])


def write_classifier_graph(
    path: Path, encoder: Pretrained, tuned: Weights, layers: Sequence[int], calibration: Calibration
) -> None:
    """Write the encoder with its head; the output is `probabilities`, float32 [n, 3].

    Args:
        path: of the file to write.
        encoder: what the lower layers are taken from.
        tuned: weights of layers that were trained, under the encoder's names, and the head's:
            `head.kernel` [2 * width, 3] over mean and maximum of the tokens, `head.bias` [3].
        layers: which of the encoder's layers the graph has, in their order.
        calibration: of the head's logits.
    """
    graph = _Graph()
    weights = {**encoder.weights, **tuned}
    hidden = _layers(graph, encoder, weights, _embedded(graph, encoder), layers)
    pooled = _pooled(graph, hidden)
    graph.constant("head_kernel", weights["head.kernel"] / calibration.temperature)
    graph.constant("head_bias", weights["head.bias"] / calibration.temperature + calibration.bias)
    graph.node("MatMul", [pooled, "head_kernel"], "head_product")
    graph.node("Add", ["head_product", "head_bias"], "logits")
    graph.node("Softmax", ["logits"], "probabilities", axis=-1)
    _write(path, graph, "probabilities", TensorProto.FLOAT, ["n", 3])


def _embedded(graph: _Graph, encoder: Pretrained) -> str:
    """The normalised embeddings; makes `mask` [n, longest] and `attention_bias` on the way."""
    for name, number in (("zero", 0), ("step", 1), ("second", 1)):
        graph.constant(name, number, np.int64)
    for name, axes in (("axis1", [1]), ("axis2", [2]), ("axes12", [1, 2])):
        graph.constant(name, axes, np.int64)
    graph.node("Shape", ["ids"], "shape")
    graph.node("Gather", ["shape", "second"], "longest")
    graph.node("Range", ["zero", "longest", "step"], "places")
    graph.node("Cast", ["places"], "places32", to=TensorProto.INT32)
    graph.node("Unsqueeze", ["lengths", "axis1"], "ends")
    graph.node("Less", ["places32", "ends"], "inside")
    graph.node("Cast", ["inside"], "mask", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["mask", "axis2"], "token_mask")
    graph.constant("one", 1.0)
    graph.constant("masked", _MASKED)
    graph.node("Sub", ["one", "mask"], "outside")
    graph.node("Mul", ["outside", "masked"], "outside_bias")
    graph.node("Unsqueeze", ["outside_bias", "axes12"], "attention_bias")
    # Half of the file is this table: 16 bits hold what 8-bit products below can tell apart.
    graph.constant("word", encoder.weights["word"], np.float16)
    graph.constant("position", encoder.weights["position"])
    graph.node("Gather", ["word", "ids"], "words16")
    graph.node("Cast", ["words16"], "words", to=TensorProto.FLOAT)
    graph.node("Gather", ["position", "places"], "positions")
    graph.node("Add", ["words", "positions"], "embedded")
    return _normalised(graph, encoder, encoder.weights, "norm", "embedded", "embedded_norm")


def _layers(
    graph: _Graph, encoder: Pretrained, weights: Weights, hidden: str, layers: Sequence[int]
) -> str:
    depth = encoder.width // encoder.heads
    graph.constant("by_head", [0, 0, encoder.heads, depth], np.int64)
    graph.constant("by_token", [0, 0, encoder.width], np.int64)
    graph.constant("root", 1 / np.sqrt(depth))
    for layer in layers:
        key = f"{layer}."
        attended = _dense(graph, weights, f"{key}attended", _attention(graph, weights, key, hidden))
        graph.node("Add", [hidden, attended], f"{key}sum")
        hidden = _normalised(
            graph, encoder, weights, f"{key}attended_norm", f"{key}sum", f"{key}middle"
        )
        wide = _dense(graph, weights, f"{key}wide", hidden)
        graph.node("Gelu", [wide], f"{key}gelu")
        narrow = _dense(graph, weights, f"{key}narrow", f"{key}gelu")
        graph.node("Add", [hidden, narrow], f"{key}sum2")
        hidden = _normalised(
            graph, encoder, weights, f"{key}narrow_norm", f"{key}sum2", f"{key}end"
        )
    return hidden


def _attention(graph: _Graph, weights: Weights, key: str, hidden: str) -> str:
    turns = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
    for part, turn in turns.items():
        dense = _dense(graph, weights, f"{key}{part}", hidden)
        graph.node("Reshape", [dense, "by_head"], f"{key}{part}_split")
        graph.node("Transpose", [f"{key}{part}_split"], f"{key}{part}_heads", perm=turn)
    graph.node("MatMul", [f"{key}query_heads", f"{key}key_heads"], f"{key}products")
    graph.node("Mul", [f"{key}products", "root"], f"{key}scaled")
    graph.node("Add", [f"{key}scaled", "attention_bias"], f"{key}biased")
    graph.node("Softmax", [f"{key}biased"], f"{key}shares", axis=-1)
    graph.node("MatMul", [f"{key}shares", f"{key}value_heads"], f"{key}mixed")
    graph.node("Transpose", [f"{key}mixed"], f"{key}turned", perm=[0, 2, 1, 3])
    return graph.node("Reshape", [f"{key}turned", "by_token"], f"{key}joined")


def _dense(graph: _Graph, weights: Weights, name: str, hidden: str) -> str:
    graph.constant(f"{name}.kernel", weights[f"{name}.kernel"])
    graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    graph.node("MatMul", [hidden, f"{name}.kernel"], f"{name}.product")
    return graph.node("Add", [f"{name}.product", f"{name}.bias"], f"{name}.out")


def _normalised(
    graph: _Graph, encoder: Pretrained, weights: Weights, name: str, hidden: str, output: str
) -> str:
    graph.constant(f"{name}.scale", weights[f"{name}.scale"])
    graph.constant(f"{name}.shift", weights[f"{name}.shift"])
    inputs = [hidden, f"{name}.scale", f"{name}.shift"]
    return graph.node("LayerNormalization", inputs, output, epsilon=encoder.epsilon)


def _pooled(graph: _Graph, hidden: str) -> str:
    """Mean and maximum over each text's own tokens, [n, 2 * width]."""
    graph.node("Mul", [hidden, "token_mask"], "own")
    graph.node("ReduceSum", ["own", "axis1"], "own_sum", keepdims=0)
    graph.node("ReduceSum", ["token_mask", "axis1"], "own_count", keepdims=0)
    graph.node("Div", ["own_sum", "own_count"], "mean")
    graph.node("Unsqueeze", ["outside_bias", "axis2"], "token_bias")
    graph.node("Add", ["own", "token_bias"], "own_only")
    graph.node("ReduceMax", ["own_only", "axis1"], "highest", keepdims=0)
    return graph.node("Concat", ["mean", "highest"], "pooled", axis=1)


def _write(path: Path, graph: _Graph, output: str, kind: int, shape: list[str | int]) -> None:
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "longest"]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["n"]),
        ],
        [helper.make_tensor_value_info(output, kind, shape)],
        list(graph.constants.values()),
    )
    opset = [helper.make_opsetid("", _OPSET)]
    path.write_bytes(
        helper.make_model(made, opset_imports=opset, ir_version=10).SerializeToString()
    )
