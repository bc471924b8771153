"""A convolutional network over GloVe embeddings (Kim 2014, "Convolutional Neural Networks")."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.context import Context
from trainer.data.tweets import Split
from trainer.networks import word_network
from trainer.networks.glove import find_glove, load_glove
from trainer.networks.network import Schedule


@dataclass(frozen=True)
class Cnn:
    """The candidate and its settings.

    Attributes:
        glove: the folder with GloVe's files.
        widths: words under each kind of filter.
        filters: of each kind.
    """

    glove: Path
    name: str = "cnn"
    widths: tuple[int, ...] = (1, 2, 3, 4)
    filters: int = 96
    plan: Schedule = field(default_factory=lambda: Schedule(epochs=6, batch=128, rate=2e-3))

    def fit(self, split: Split, run: Context) -> word_network.FittedWordNetwork:
        """Train with early stopping."""
        vectors = load_glove(find_glove(self.glove))
        return word_network.fit(self._layers, vectors, self.plan, split, run)

    def _layers(self, embedded: Any) -> Any:
        """The strongest answer of each filter over a text's words."""
        import keras  # noqa: PLC0415 - takes seconds; only networks need it

        answers = [
            keras.layers.Conv1D(self.filters, width, padding="same", activation="relu")(embedded)
            for width in self.widths
        ]
        return keras.layers.concatenate(
            [keras.layers.GlobalMaxPooling1D()(answer) for answer in answers]
        )
