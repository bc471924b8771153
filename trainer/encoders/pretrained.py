"""Pretrained BERT-like encoders as arrays, from any Hugging Face directory.

BERT, RoBERTa, XLM-RoBERTa and DistilBERT compute alike and name their weights differently: here
they get one set of names.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import DataError

Weights = dict[str, NDArray[np.float32]]

_EMBEDDINGS = {
    "embeddings.word_embeddings.weight": "word",
    "embeddings.position_embeddings.weight": "position",
    "embeddings.token_type_embeddings.weight": "type",
    "embeddings.LayerNorm.weight": "norm.scale",
    "embeddings.LayerNorm.bias": "norm.shift",
}
_LAYER = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm",
    "intermediate.dense": "wide",
    "output.dense": "narrow",
    "output.LayerNorm": "narrow_norm",
    "attention.q_lin": "query",
    "attention.k_lin": "key",
    "attention.v_lin": "value",
    "attention.out_lin": "attended",
    "sa_layer_norm": "attended_norm",
    "ffn.lin1": "wide",
    "ffn.lin2": "narrow",
    "output_layer_norm": "narrow_norm",
}
_OF_LAYER = re.compile(r"(?:encoder|transformer)\.layer\.(\d+)\.(.+)\.(weight|bias)$")
_OFFSETS = {"roberta": 2, "xlm-roberta": 2, "bert": 0, "distilbert": 0}
"""How far the positions of a text are from the first row of the table of positions."""


@dataclass(frozen=True)
class Pretrained:
    """An encoder: layers of attention after the embeddings, each followed by a normalisation.

    Attributes:
        weights: `word` [vocabulary, width], `position` [positions, width], `norm.scale`,
            `norm.shift`, and for each layer `N.query.kernel` [in, out], `N.query.bias`, likewise
            key, value, attended, wide, narrow, and `N.attended_norm.scale`, `.shift`,
            `N.narrow_norm.scale`, `.shift`.
        layers: number of layers.
        heads: of attention, in each layer.
        epsilon: of the normalisations.
        tokenizer: the content of a `tokenizer.json`.
    """

    weights: Weights
    layers: int
    heads: int
    epsilon: float
    tokenizer: dict[str, Any]

    @property
    def width(self) -> int:
        """Numbers that stand for a token."""
        return int(self.weights["word"].shape[1])


def read_directory(folder: Path) -> Pretrained:
    """Read `config.json`, `model.safetensors` and `tokenizer.json`.

    Raises:
        DataError: one is missing, or the model is of another kind.
    """
    config = _json(folder / "config.json")
    kind = config.get("model_type")
    if kind not in _OFFSETS:
        raise DataError(
            f"expected a model of type {', '.join(_OFFSETS)} in {folder}, got {kind!r}; name "
            "another directory in BADBUZZ_TRANSFORMER."
        )
    weights = _named(_tensors(folder / "model.safetensors"), _OFFSETS[kind])
    layers = int(config.get("num_hidden_layers", config.get("n_layers", 0)))
    _require_whole(weights, layers, folder)
    return Pretrained(
        weights,
        layers,
        int(config.get("num_attention_heads", config.get("n_heads", 0))),
        float(config.get("layer_norm_eps", 1e-12)),
        _json(folder / "tokenizer.json"),
    )


def _named(tensors: Weights, offset: int) -> Weights:
    named: Weights = {}
    for long, tensor in tensors.items():
        name = re.sub(r"^(?:bert|roberta|distilbert|model)\.", "", long)
        found = _OF_LAYER.search(name)
        if name in _EMBEDDINGS:
            named[_EMBEDDINGS[name]] = tensor
        elif found and found[2] in _LAYER:
            named[_weight_name(found[1], _LAYER[found[2]], found[3])] = _turned(tensor)
    if "position" in named:
        kinds = named.pop("type", np.zeros((1, named["position"].shape[1]), np.float32))
        # Every text is of the first type: its vector is the same at every position.
        named["position"] = named["position"][offset:] + kinds[0]
    return named


def _weight_name(layer: str, part: str, kind: str) -> str:
    names = {"weight": "scale", "bias": "shift"} if part.endswith("_norm") else {"weight": "kernel"}
    return f"{layer}.{part}.{names.get(kind, kind)}"


def _turned(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """Kernels are kept [out, in]; here they are multiplied from the right."""
    return np.ascontiguousarray(tensor.T)


def _require_whole(weights: Weights, layers: int, folder: Path) -> None:
    parts = ("query", "key", "value", "attended", "wide", "narrow")
    needed = {"word", "position", "norm.scale", "norm.shift"}
    needed |= {
        f"{n}.{part}.{kind}" for n in range(layers) for part in parts for kind in ("kernel", "bias")
    }
    lacking = sorted(needed - set(weights))
    if lacking or not layers:
        raise DataError(
            f"expected the weights of {layers} layers in {folder}, got none of "
            f"{', '.join(lacking[:3]) or 'them'}; the directory is not whole."
        )


def _tensors(path: Path) -> Weights:
    from safetensors.numpy import load_file  # noqa: PLC0415 - of the extra `transformers`

    try:
        return {name: np.asarray(one, np.float32) for name, one in load_file(path).items()}
    except Exception as error:
        raise DataError(f"expected weights in {path}, got: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"expected {path.name} in {path.parent}, got: {error}") from error
    return content
