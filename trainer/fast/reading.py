"""Reads the weights of a fast model back from its graph, so that training can go on from them."""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from sentiment.errors import ArtefactError
from trainer.fast.known import Judge
from trainer.fast.shape import Array, Arrays
from trainer.sources.rows import CLASSES

_PARTS = 3
_LAYERS = ("hidden.kernel", "hidden.bias", "out.kernel", "out.bias")


def read_fast_graph(path: Path, sources: int) -> tuple[Arrays, Judge]:
    """The weights that `write_fast_graph` wrote, with the calibration inside them.

    Args:
        path: of the graph.
        sources: of labels that the training will know; their offsets start at zero.

    Returns:
        weights as `trainer.fast.shape` names them, and what tells which texts can be judged.

    Raises:
        ArtefactError: it is another kind of graph.
    """
    try:
        graph = onnx.load(path).graph
        outer = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        (loop,) = (node for node in graph.node if node.op_type == "Loop")
        body = loop.attribute[0].g
        inner = {one.name: numpy_helper.to_array(one) for one in body.initializer}
        weights = _weights(outer, inner)
        judge = Judge(outer["known"].ravel(), outer["languages"].astype(np.float32))
    except (OSError, KeyError, ValueError, IndexError, onnx.checker.ValidationError) as error:
        raise ArtefactError(
            f"expected the graph of a fast model in {path}, got {error!r}."
        ) from error
    weights["offsets"] = np.zeros((sources, len(CLASSES)), np.float32)
    return weights, judge


def _weights(outer: dict[str, Array], inner: dict[str, Array]) -> Arrays:
    weights: Arrays = {
        "table": outer["table.int8"] * outer["table.scale"],
        "wide": outer["wide.int8"] * outer["wide.scale"],
    }
    for name in sorted(inner):
        if name.startswith("conv") and name.endswith(".kernel"):
            weights[name] = np.stack(np.split(inner[name], _PARTS, axis=1))
            bias = name.replace("kernel", "bias")
            weights[bias] = inner[bias]
    return weights | {name: inner[name] for name in _LAYERS}
