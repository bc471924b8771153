"""DistilBERT, or any BERT-like model of a Hugging Face directory, fine-tuned by Keras Hub.

Keras Hub on TensorFlow reads the directory's own weights: transformers 5 has no TensorFlow models
left, and torch for Linux would bring 5 GB of GPU libraries along.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Layout
from sentiment.errors import DataError
from sentiment.text import LINK, MENTION
from sentiment.tokenizer import HuggingFaceTokenizer, Ragged
from trainer import network
from trainer.augment import with_emoticons
from trainer.context import Context
from trainer.data import Split, Tweets
from trainer.keras_graph import write_padded_graph
from trainer.quantise import quantise

_PATTERNS = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab*",
)


@dataclass(frozen=True)
class DistilBert:
    """The candidate and its settings.

    Attributes:
        source: a Hugging Face directory, or a name on its hub.
        max_tokens: a longer text is cut here, in training and in the artefact.
        int8: whether the artefact computes in 8 bits.
        precision: Keras' policy while training; bfloat16 is 2.5 times as fast where the processor
            has AMX and no slower than float32 elsewhere.
    """

    source: str
    name: str = "distilbert"
    max_tokens: int = 64
    int8: bool = False
    precision: str = "mixed_bfloat16"
    plan: network.Schedule = field(
        default_factory=lambda: network.Schedule(epochs=3, batch=64, rate=1e-4)
    )

    def fit(self, split: Split, run: Context) -> "FittedDistilBert":
        """Fine-tune all weights."""
        import keras  # noqa: PLC0415 - takes seconds; only networks need it

        keras.utils.set_random_seed(run.seed)
        folder = fetched(self.source)
        tokenizer = read_tokenizer(folder, self.max_tokens)
        model = build_model(folder, self.precision)
        task = network.Task(
            _encoded(tokenizer, with_emoticons(split.train)),
            _encoded(tokenizer, split.validation),
            padded_feed,
            network.like_lengths,
        )
        network.train(model, task, self.plan, run)
        exact = build_model(folder, "float32")
        exact.set_weights(model.get_weights())
        return FittedDistilBert(tokenizer, exact, self.int8)


@dataclass(frozen=True)
class FittedDistilBert:
    """The model in Keras."""

    tokenizer: HuggingFaceTokenizer
    model: Any
    int8: bool
    layout: Layout = "padded"

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Keras' logits, [n]."""
        ids = self.tokenizer.encode(texts)
        return network.logits(self.model, ids, padded_feed, network.like_lengths(ids.lengths, 256))

    def export(self, folder: Path, temperature: float) -> None:
        """Write the artefact."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        write_padded_graph(folder / artefact.GRAPH, self.model, temperature)
        if self.int8:
            quantise(folder / artefact.GRAPH)


def fetched(source: str) -> Path:
    """The directory itself, or a download of the hub's.

    Raises:
        DataError: neither is to be had.
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


def build_model(folder: Path, precision: str) -> Any:
    """ids [n, longest] and lengths [n] in, one logit out: mean of the text's own tokens, dense."""
    import keras  # noqa: PLC0415
    import keras_hub  # noqa: PLC0415

    backbone = keras_hub.models.Backbone.from_preset(str(folder), dtype=precision)
    ids = keras.Input((None,), dtype="int32", name="ids")
    lengths = keras.Input((), dtype="int32", name="lengths")
    places = keras.ops.cumsum(keras.ops.ones_like(ids), axis=1)
    mask = keras.ops.cast(places <= keras.ops.expand_dims(lengths, 1), "int32")
    inputs = {"token_ids": ids, "padding_mask": mask, "segment_ids": keras.ops.zeros_like(ids)}
    output = backbone({name: inputs[name] for name in backbone.input})
    output = output["sequence_output"] if isinstance(output, dict) else output
    weights = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), 2)
    summed = keras.ops.sum(keras.ops.cast(output, "float32") * weights, axis=1)
    pooled = keras.layers.Dropout(0.1, dtype="float32")(summed / keras.ops.sum(weights, axis=1))
    logit = keras.layers.Dense(1, dtype="float32", name="logit")(pooled)
    return keras.Model({"ids": ids, "lengths": lengths}, logit)


def padded_feed(ids: Ragged, rows: network.Rows) -> network.Feed:
    """Some rows, padded with 0 to the longest."""
    lengths = ids.lengths[rows]
    places = np.arange(int(lengths.max(initial=1))) < lengths[:, None]
    padded = np.zeros(places.shape, np.int32)
    sources = ids.offsets[rows][:, None] + np.arange(places.shape[1])
    padded[places] = ids.ids[sources[places]]
    return {"ids": padded, "lengths": lengths.astype(np.int32)}


def _encoded(tokenizer: HuggingFaceTokenizer, tweets: Tweets) -> network.Encoded:
    return network.Encoded(tokenizer.encode(tweets.texts), tweets.negative.astype(np.float32))
