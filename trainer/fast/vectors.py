"""What the table of the fast model starts as: the word vectors of a large multilingual encoder."""

import json

import numpy as np

from sentiment.piece_tokenizer import PieceTokenizer
from trainer.encoders.pretrained import Pretrained
from trainer.fast.shape import Array

_SPREAD = 0.1
_START_OF_WORD = "\u2581"


def table_from(encoder: Pretrained, tokenizer: PieceTokenizer, width: int, seed: int) -> Array:
    """Vectors of each id's word, [size, width]: words alike in meaning, in any of the encoder's
    languages, start near one another.

    A word's vector is the mean of those of the encoder's own pieces of it, on the principal
    directions of all words. Row 0 is zero.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - a library that only some candidates need

    cut = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    cut.no_padding()
    texts = [word.strip("#<>") or word for word in tokenizer.words]
    own = [encoding.ids for encoding in cut.encode_batch(texts, add_special_tokens=False)]
    pieces = cut.encode_batch(list(tokenizer.pieces), add_special_tokens=False)
    start = cut.token_to_id(_START_OF_WORD)
    own += [[one for one in encoding.ids if one != start] for encoding in pieces]
    vectors = encoder.weights["word"]
    found = np.zeros((tokenizer.size, vectors.shape[1]), np.float32)
    for row, ids in enumerate(own, start=1):
        if ids:
            found[row] = vectors[ids].mean(axis=0)
    return _principal(found, width, seed)


def _principal(found: Array, width: int, seed: int) -> Array:
    there = np.abs(found).sum(axis=1) > 0
    centred = found[there] - found[there].mean(axis=0)
    _, _, directions = np.linalg.svd(centred[::4], full_matrices=False)
    random = np.random.default_rng(seed)
    table = random.normal(0, _SPREAD, (len(found), width)).astype(np.float32)
    moved = centred @ directions[:width].T
    table[there] = moved * (_SPREAD / moved.std())
    table[0] = 0
    return table
