"""Word vectors out of a sentence encoder: what a pretrained transformer thinks of each word alone.

As in Model2Vec (Tulkens, van Dongen 2024): each word is read as a text of its own, and the results
are brought to fewer dimensions by their principal components.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.context import Context
from trainer.networks import network
from trainer.networks.padded import padded_feed
from trainer.networks.transformer import build_encoder, read_tokenizer


def word_vectors(
    folder: Path, words: list[str], dimensions: int, run: Context
) -> NDArray[np.float32]:
    """Vectors of words, float32 [len(words), dimensions], with a mean square of one.

    Args:
        folder: a Hugging Face directory.
    """
    ids = read_tokenizer(folder, max_tokens=16).encode(words)
    encoder = build_encoder(folder)
    wide = np.empty((len(words), encoder.output.shape[-1]), np.float32)
    with run.bar("word vectors", len(words)) as bar:
        for rows in network.like_lengths(ids.lengths, 1024):
            wide[rows] = np.asarray(encoder.predict_on_batch(padded_feed(ids, rows)))
            bar.advance(len(rows))
    return principal(wide, dimensions)


def principal(vectors: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """The first principal components, each scaled by the root of its spread and all to unit norm.

    Plain components let the first few, which tell frequent words from rare ones, drown the rest.
    """
    centred = vectors - vectors.mean(axis=0)
    spread, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    spread, axes = spread[::-1][:dimensions], axes[:, ::-1][:, :dimensions]
    reduced = centred @ axes / np.maximum(spread, 1e-9) ** 0.25
    scaled: NDArray[np.float32] = (reduced / np.sqrt((reduced**2).mean())).astype(np.float32)
    return scaled
