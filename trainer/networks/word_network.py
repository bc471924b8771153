"""What the networks over word embeddings share: all but the layers between them and the logit.

A batch holds texts of one exact length, in training as in the artefact (layout `grouped`). Nothing
is padded, so a text scores the same alone and in any batch, and no mask slows the network down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import Ragged, WordTokenizer, vocabulary_of
from trainer.context import Context
from trainer.data.augment import with_emoticons
from trainer.data.tweets import Split, Tweets
from trainer.graphs.keras_graph import write_grouped_graph
from trainer.networks import network
from trainer.networks.glove import Vectors, matrix
from trainer.networks.lookup import lookup
from trainer.networks.wide import beside, fit_wide

Layers = Callable[[Any], Any]
"""Embedded words [n, length, dimensions] to features [n, any number], as Keras tensors."""


@dataclass(frozen=True)
class Shape:
    """A network before it has learned.

    Attributes:
        words: its vocabulary.
        vectors: what its embeddings start as.
        dropout: share of the embedded dimensions and of the features that each step hides. Few
            labels need much of it; a teacher gives as many as one wants.
    """

    layers: Layers
    words: list[str]
    vectors: Vectors
    dropout: tuple[float, float] = (0.3, 0.4)


@dataclass(frozen=True)
class FittedWordNetwork:
    """A network in Keras, with its vocabulary."""

    tokenizer: WordTokenizer
    model: Any
    layout: Layout = "grouped"
    int8: bool = False

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Keras' logits, [n]."""
        ids = self.tokenizer.encode(texts)
        return network.logits(self.model, ids, exact_feed, network.same_lengths(ids.lengths, 1024))

    def export(self, folder: Path, temperature: float) -> None:
        """Write the artefact."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        write_grouped_graph(folder / artefact.GRAPH, self.model, temperature)


@dataclass(frozen=True)
class Texts:
    """Texts with the share of negative in each: 0 or 1, or between for soft labels, [n]."""

    texts: list[str]
    negative: NDArray[np.floating]


def fit(
    layers: Layers, vectors: Vectors, plan: network.Schedule, split: Split, run: Context
) -> FittedWordNetwork:
    """Train layers on the labels, the embeddings under them, which start as `vectors`, as well.

    A linear model over the words is added to them (`trainer.networks.wide`).
    """
    train = with_emoticons(split.train)
    texts = Texts(train.texts, train.negative.astype(np.float32))
    shape = Shape(layers, vocabulary(texts.texts, vectors), vectors)
    alone = fit_to(shape, plan, texts, split.validation, run)
    with run.waiting("linear model beside it"):
        return widened(alone, texts, split.validation)


def fit_to(
    shape: Shape, plan: network.Schedule, train: Texts, validation: Tweets, run: Context
) -> FittedWordNetwork:
    """Train on labels that may be soft; the validation part's are not."""
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    keras.utils.set_random_seed(run.seed)
    tokenizer = WordTokenizer(shape.words)
    model = build_model(shape, run.seed)
    task = network.Task(
        _encoded(tokenizer, train.texts, train.negative),
        _encoded(tokenizer, validation.texts, validation.negative),
        exact_feed,
        network.same_lengths,
    )
    network.train(model, task, plan, run)
    return FittedWordNetwork(tokenizer, model)


def widened(
    fitted: FittedWordNetwork, train: Texts, validation: Tweets, strength: float = 1.0
) -> FittedWordNetwork:
    """A network with a linear model beside it, which learns from the same texts."""
    tokenizer = fitted.tokenizer
    learned = _encoded(tokenizer, train.texts, train.negative)
    unseen = _encoded(tokenizer, validation.texts, validation.negative)
    wide = fit_wide(learned, tokenizer.size, strength)
    deep = fitted.logits(validation.texts)
    return replace(fitted, model=beside(fitted.model, wide, unseen, deep))


def build_model(shape: Shape, seed: int) -> Any:
    """ids [n, length] in, one logit out."""
    import keras  # noqa: PLC0415

    embeddings = matrix(shape.words, shape.vectors, seed)
    ids = keras.Input((None,), dtype="int32", name="ids")
    embedded = lookup(embeddings, ids)
    of_embedded, of_features = shape.dropout
    embedded = keras.layers.SpatialDropout1D(of_embedded)(embedded)
    features = keras.layers.Dropout(of_features)(shape.layers(embedded))
    return keras.Model(ids, keras.layers.Dense(1, name="logit")(features))


def exact_feed(ids: Ragged, rows: network.Rows) -> NDArray[np.int32]:
    """Some rows of one length, [n, length]."""
    places = ids.offsets[rows][:, None] + np.arange(int(ids.lengths[rows[0]]))
    fed: NDArray[np.int32] = ids.ids[places]
    return fed


def _encoded(tokenizer: WordTokenizer, texts: list[str], negative: NDArray[Any]) -> network.Encoded:
    return network.Encoded(tokenizer.encode(texts), negative.astype(np.float32))


def vocabulary(texts: Sequence[str], vectors: Vectors, most: int = 50_000) -> list[str]:
    """The words of the training texts, then the most frequent others that have a vector.

    Tweets from elsewhere hold words that these never had; their vectors stand near known ones.
    """
    seen = vocabulary_of(texts, most)
    return list(dict.fromkeys([*seen, *vectors]))[:most]
