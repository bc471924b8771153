"""A tiny BERT-like Hugging Face directory with random weights, for tests."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from trainer.encoders.pretrained import Pretrained

WIDTH, HEADS, LAYERS, WORDS = 32, 4, 2, 60

_LONG = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "narrow_norm": "output.LayerNorm",
}


def encoder(seed: int = 0) -> Pretrained:
    """A small encoder with random weights."""
    random = np.random.default_rng(seed)

    def array(*shape: int) -> np.ndarray[Any, Any]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    # Places matter little, so that a few rows teach what the words mean.
    weights = {"word": array(WORDS, WIDTH), "position": array(64, WIDTH) / 10}
    weights |= {"norm.scale": np.ones(WIDTH, np.float32), "norm.shift": array(WIDTH)}
    sizes = dict.fromkeys(("query", "key", "value", "attended"), (WIDTH, WIDTH))
    sizes |= {"wide": (WIDTH, 2 * WIDTH), "narrow": (2 * WIDTH, WIDTH)}
    for layer in range(LAYERS):
        for part, (inputs, outputs) in sizes.items():
            weights[f"{layer}.{part}.kernel"] = array(inputs, outputs)
            weights[f"{layer}.{part}.bias"] = array(outputs)
        for part in ("attended_norm", "narrow_norm"):
            weights[f"{layer}.{part}.scale"] = 1 + array(WIDTH)
            weights[f"{layer}.{part}.shift"] = array(WIDTH)
    return Pretrained(weights, LAYERS, HEADS, 1e-12, {})


def write_directory(folder: Path, made: Pretrained, words: list[str]) -> Path:
    """Write it as BERT's authors would; the words are the tokenizer's."""
    from safetensors.numpy import save_file

    save_file(_tensors(made), folder / "model.safetensors")
    config = {"model_type": "bert", "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    (folder / "config.json").write_text(json.dumps(config))
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *words])}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def _tensors(made: Pretrained) -> dict[str, np.ndarray[Any, Any]]:
    tensors = {
        "bert.embeddings.word_embeddings.weight": made.weights["word"],
        "bert.embeddings.position_embeddings.weight": made.weights["position"],
        "bert.embeddings.token_type_embeddings.weight": np.zeros((2, WIDTH), np.float32),
        "bert.embeddings.LayerNorm.weight": made.weights["norm.scale"],
        "bert.embeddings.LayerNorm.bias": made.weights["norm.shift"],
    }
    for name, array in made.weights.items():
        if name[0].isdigit():
            layer, part, kind = name.split(".")
            ending = "weight" if kind in ("kernel", "scale") else "bias"
            key = f"bert.encoder.layer.{layer}.{_LONG[part]}.{ending}"
            tensors[key] = np.ascontiguousarray(array.T)
    return tensors
