"""Ids of n-grams as the sparse matrix that scikit-learn's linear models take."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, vstack

from sentiment.ragged import Ragged
from sentiment.tokenizer import NgramTokenizer

ROWS_AT_ONCE = 50_000
"""Bounds the memory that encoding needs besides its result: about 1 GB."""


def features(tokenizer: NgramTokenizer, texts: Sequence[str], power: float) -> csr_matrix:
    """How often each id occurs in each text, by the text's length to a power.

    Returns:
        float32 [n, size].
    """
    starts = range(0, len(texts), ROWS_AT_ONCE) or (0,)
    parts = []
    for start in starts:
        encoded = tokenizer.encode(texts[start : start + ROWS_AT_ONCE])
        parts.append(matrix_of(encoded, tokenizer.size, power))
        parts[-1].sum_duplicates()
    return vstack(parts, format="csr")


def matrix_of(encoded: Ragged, size: int, power: float) -> csr_matrix:
    """The same of texts whose ids are known; an id that a text has twice has two entries."""
    scale = np.maximum(encoded.lengths, 1) ** -power
    values = np.repeat(scale, encoded.lengths).astype(np.float32)
    return csr_matrix((values, encoded.ids, encoded.offsets), (len(encoded), size))
