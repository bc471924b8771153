"""From a Keras network to the ONNX graph of an artefact, temperature included."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx.utils import Extractor

from trainer.graphs.grouped_graph import grouped

_LSTM_INITIAL_STATE = 5
"""From this input on an LSTM of ONNX is given where it starts; by default, from zeros."""


def write_padded_graph(path: Path, model: Any, temperature: float) -> None:
    """Write a graph of the `padded` layout from a model of `ids` and `lengths` to one logit."""
    onnx.save(_graph(model, temperature, ["ids", "lengths"]), path)


def write_grouped_graph(path: Path, model: Any, temperature: float) -> None:
    """Write a graph of the `grouped` layout from a model of `ids` [n, length] to one logit."""
    onnx.save(grouped(_from_zeros(_graph(model, temperature, ["ids"]))), path)


def _graph(model: Any, temperature: float, names: list[str]) -> onnx.ModelProto:
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    logit = model.output
    p_negative = keras.ops.sigmoid(keras.ops.reshape(logit, (-1,)) / temperature)
    inputs = [_input(model, name) for name in names]
    calibrated = keras.Model(inputs, p_negative)
    calibrated([np.ones((2, 3)[: len(value.shape)], np.int32) for value in inputs])
    with TemporaryDirectory(prefix="badbuzz-") as folder:
        exported = Path(folder, "model.onnx")
        calibrated.export(exported, format="onnx", verbose=False)
        graph = onnx.load(exported)
    renames = {value.name: name for value, name in zip(graph.graph.input, names, strict=True)}
    renames[graph.graph.output[0].name] = "p_negative"
    _rename(graph, renames)
    return graph


def _from_zeros(model: onnx.ModelProto) -> onnx.ModelProto:
    """Let recurrent layers start from zeros by themselves, and leave out how these were made."""
    for node in model.graph.node:
        if node.op_type == "LSTM":
            del node.input[_LSTM_INITIAL_STATE:]
    return Extractor(model).extract_model(["ids"], ["p_negative"])


def _input(model: Any, name: str) -> Any:
    return model.input[name] if isinstance(model.input, dict) else model.input


def _rename(model: onnx.ModelProto, names: dict[str, str]) -> None:
    """Change the names of values everywhere in a graph."""
    graph = model.graph
    for value in (*graph.input, *graph.output):
        value.name = names.get(value.name, value.name)
    for node in graph.node:
        for places in (node.input, node.output):
            places[:] = [names.get(name, name) for name in places]
