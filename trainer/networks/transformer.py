"""A pretrained BERT-like model and its tokenizer, out of a Hugging Face directory.

Keras Hub on TensorFlow reads the directory's own weights: transformers 5 has no TensorFlow models
left, and torch for Linux would bring 5 GB of GPU libraries along.
"""

import json
from pathlib import Path
from typing import Any

from sentiment.errors import DataError
from sentiment.text import LINK, MENTION
from sentiment.tokenizer import HuggingFaceTokenizer

_PATTERNS = ("config.json", "model.safetensors", "tokenizer.json", "vocab*")


def fetched(source: str) -> Path:
    """The directory itself, or a download of the hub's.

    Raises:
        DataError: neither can be found.
    """
    folder = Path(source)
    if (folder / "config.json").is_file():
        return folder
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - for hub names only

        return Path(snapshot_download(source, allow_patterns=list(_PATTERNS)))
    except Exception as error:
        raise DataError(
            f"expected a Hugging Face directory or hub name in BADBUZZ_TRANSFORMER, got {source!r} "
            f"({type(error).__name__}); name a directory with config.json, model.safetensors and "
            "tokenizer.json."
        ) from error


def read_tokenizer(folder: Path, max_tokens: int) -> HuggingFaceTokenizer:
    """The directory's tokenizer; links and mentions become signs that its vocabulary holds.

    Raises:
        DataError: there is none.
    """
    try:
        content = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"expected tokenizer.json in {folder}, got: {error}") from error
    return HuggingFaceTokenizer(content, max_tokens, {LINK: "http", MENTION: "@"})


def build_encoder(folder: Path, precision: str = "float32") -> Any:
    """ids [n, longest] and lengths [n] in, the mean of each text's own tokens out, [n, width].

    The embeddings of the tokens stay as they were pretrained: they are half of the weights, and
    words that the training texts lack would be left behind by their neighbours.
    """
    import keras  # noqa: PLC0415
    import keras_hub  # noqa: PLC0415

    backbone = keras_hub.models.Backbone.from_preset(str(folder), dtype=precision)
    backbone.token_embedding.trainable = False
    ids = keras.Input((None,), dtype="int32", name="ids")
    lengths = keras.Input((), dtype="int32", name="lengths")
    places = keras.ops.cumsum(keras.ops.ones_like(ids), axis=1)
    mask = keras.ops.cast(places <= keras.ops.expand_dims(lengths, 1), "int32")
    inputs = {"token_ids": ids, "padding_mask": mask, "segment_ids": keras.ops.zeros_like(ids)}
    output = backbone({name: inputs[name] for name in backbone.input})
    output = output["sequence_output"] if isinstance(output, dict) else output
    weights = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), 2)
    summed = keras.ops.sum(keras.ops.cast(output, "float32") * weights, axis=1)
    pooled = summed / keras.ops.sum(weights, axis=1)
    return keras.Model({"ids": ids, "lengths": lengths}, pooled)
