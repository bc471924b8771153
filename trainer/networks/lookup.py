"""The rows of a trainable table by id: an embedding, as one step of the exported graph."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def lookup(table: NDArray[np.floating], ids: Any) -> Any:
    """The table's rows, [n, length, width], of ids [n, length] that are never negative.

    Keras' `Embedding` sees to negative ones: ten more steps for each group of texts, which take
    longer than the look-up where texts are few.
    """
    import keras  # noqa: PLC0415 - takes seconds; only networks need it
    import tensorflow as tf  # noqa: PLC0415

    class Lookup(keras.layers.Embedding):
        def call(self, inputs: Any) -> Any:
            return tf.gather(self.embeddings, inputs)

    return Lookup(*table.shape, embeddings_initializer=keras.initializers.Constant(table))(ids)
