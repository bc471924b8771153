"""A bidirectional recurrent network over GloVe embeddings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.context import Context
from trainer.data.tweets import Split
from trainer.networks import word_network
from trainer.networks.glove import find_glove, load_glove
from trainer.networks.network import Schedule


@dataclass(frozen=True)
class Lstm:
    """The candidate and its settings.

    Attributes:
        glove: the folder with GloVe's files.
        units: of each direction.
    """

    glove: Path
    name: str = "lstm"
    units: int = 64
    plan: Schedule = field(default_factory=lambda: Schedule(epochs=6, batch=128, rate=2e-3))

    def fit(self, split: Split, run: Context) -> word_network.FittedWordNetwork:
        """Train with early stopping."""
        vectors = load_glove(find_glove(self.glove))
        return word_network.fit(self._layers, vectors, self.plan, split, run)

    def _layers(self, embedded: Any) -> Any:
        return pooled_states(embedded, self.units)


def pooled_states(embedded: Any, units: int) -> Any:
    """The largest and the mean state over a text's words, of both directions."""
    import keras  # noqa: PLC0415 - takes seconds; only networks need it

    recurrent = keras.layers.LSTM(units, return_sequences=True)
    states = keras.layers.Bidirectional(recurrent)(embedded)
    pools = keras.layers.GlobalMaxPooling1D(), keras.layers.GlobalAveragePooling1D()
    return keras.layers.concatenate([pool(states) for pool in pools])
