"""GloVe vectors (Pennington, Socher, Manning 2014): one word and its numbers a line."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import DataError

Vectors = dict[str, NDArray[np.float32]]


def find_glove(folder: Path) -> Path:
    """The GloVe file in a folder: that of the usual 100 dimensions, else of the most.

    Raises:
        DataError: there is none.
    """
    files = {_dimensions(path): path for path in folder.glob("glove.6B.*d.txt")}
    if not files:
        raise DataError(
            f"expected GloVe vectors, glove.6B.100d.txt or another size, in {folder}, got none; "
            "`./populate_data.sh --glove` fetches them."
        )
    return files.get(100) or files[max(files)]


def load_glove(path: Path, most: int = 400_000) -> Vectors:
    """The first words of a file, which are the most frequent, in their order.

    Raises:
        DataError: a line is not a word and numbers.
    """
    vectors: Vectors = {}
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                word, _, numbers = line.partition(" ")
                vectors[word] = np.array(numbers.split(), np.float32)
                if len(vectors) == most:
                    break
    except (OSError, ValueError) as error:
        raise DataError(f"expected GloVe vectors in {path}, got: {error}") from error
    return vectors


def matrix(vocabulary: list[str], vectors: Vectors, seed: int) -> NDArray[np.float32]:
    """Rows for a `WordTokenizer`: padding (zeros), unknown (the mean), then each word.

    A word without a vector gets a random one of the usual spread.

    Returns:
        float32 [len(vocabulary) + 2, dimensions].
    """
    known = np.stack(list(vectors.values()))
    random = np.random.default_rng(seed)
    rows = random.normal(0, known.std(), (len(vocabulary) + 2, known.shape[1])).astype(np.float32)
    rows[0] = 0
    rows[1] = known.mean(axis=0)
    for number, word in enumerate(vocabulary, start=2):
        if word in vectors:
            rows[number] = vectors[word]
    return rows


def _dimensions(path: Path) -> int:
    return int(path.name.removeprefix("glove.6B.").removesuffix("d.txt"))
