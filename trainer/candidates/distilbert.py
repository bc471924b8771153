"""DistilBERT, or any BERT-like model of a Hugging Face directory, fine-tuned by Keras Hub."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import HuggingFaceTokenizer
from trainer.context import Context
from trainer.data.augment import with_emoticons
from trainer.data.tweets import Split, Tweets
from trainer.graphs.keras_graph import write_padded_graph
from trainer.graphs.quantise import quantise
from trainer.networks import network
from trainer.networks.padded import padded_feed
from trainer.networks.transformer import build_encoder, fetched, read_tokenizer
from trainer.networks.wide import beside, fit_wide


@dataclass(frozen=True)
class DistilBert:
    """The candidate and its settings.

    A linear model over tokens and pairs of tokens is added to it (`trainer.networks.wide`).

    Attributes:
        source: a Hugging Face directory, or a name on its hub.
        max_tokens: a longer text is cut here, in training and in the artefact.
        int8: whether the artefact computes in 8 bits.
        precision: Keras' policy while training; bfloat16 is 2.5 times as fast where the processor
            has AMX and no slower than float32 elsewhere.
        strength: inverse of the L2 penalty of the linear model beside the transformer.
    """

    source: str
    name: str = "distilbert"
    max_tokens: int = 64
    int8: bool = False
    precision: str = "mixed_bfloat16"
    strength: float = 0.4
    plan: network.Schedule = field(
        default_factory=lambda: network.Schedule(epochs=2, batch=64, rate=1e-4)
    )

    def fit(self, split: Split, run: Context) -> "FittedDistilBert":
        """Fine-tune all weights but those of the tokens' embeddings."""
        import keras  # noqa: PLC0415 - takes seconds; only networks need it

        keras.utils.set_random_seed(run.seed)
        folder = fetched(self.source)
        tokenizer = read_tokenizer(folder, self.max_tokens)
        model = build_model(folder, self.precision)
        train = _encoded(tokenizer, with_emoticons(split.train))
        validation = _encoded(tokenizer, split.validation)
        task = network.Task(train, validation, padded_feed, network.like_lengths)
        network.train(model, task, self.plan, run)
        exact = build_model(folder, "float32")
        exact.set_weights(model.get_weights())
        alone = FittedDistilBert(tokenizer, exact, self.int8)
        with run.waiting("linear model beside it"):
            wide = fit_wide(train, tokenizer.size, self.strength)
        both = beside(exact, wide, validation, alone.logits(split.validation.texts))
        return replace(alone, model=both)


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


def build_model(folder: Path, precision: str) -> Any:
    """ids [n, longest] and lengths [n] in, one logit out: the text's encoding, then dense."""
    import keras  # noqa: PLC0415

    encoder = build_encoder(folder, precision)
    pooled = keras.layers.Dropout(0.1, dtype="float32")(encoder.output)
    logit = keras.layers.Dense(1, dtype="float32", name="logit")(pooled)
    return keras.Model(encoder.input, logit)


def _encoded(tokenizer: HuggingFaceTokenizer, tweets: Tweets) -> network.Encoded:
    return network.Encoded(tokenizer.encode(tweets.texts), tweets.negative.astype(np.float32))
