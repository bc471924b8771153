"""Turns texts into the ids that a model's graph takes: one interface, four kinds.

`words`        a vocabulary of whole words; what networks over word embeddings take
`ngrams`       words, pairs of words and runs of characters, hashed; what linear models take
`pieces`       words of many languages, unknown ones in pieces; what the fast model takes
`huggingface`  the `tokenizer.json` of a Hugging Face directory; what transformers take

All give a `Ragged`: the ids of all texts in one array, so that nothing is padded here.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sentiment.errors import ArtefactError
from sentiment.huggingface_tokenizer import HuggingFaceTokenizer
from sentiment.ngram_tokenizer import NgramTokenizer
from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.ragged import Ragged
from sentiment.word_tokenizer import WordTokenizer, vocabulary_of

__all__ = [
    "HuggingFaceTokenizer",
    "NgramTokenizer",
    "PieceTokenizer",
    "Ragged",
    "Tokenizer",
    "WordTokenizer",
    "load_tokenizer",
    "vocabulary_of",
]


class Tokenizer(Protocol):
    """What the Scorer asks of a tokenizer."""

    unknown_id: int | None
    "The id of words outside the vocabulary, if there is one; its share is a measure of drift."

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Clean and split texts into ids. Thread-safe."""

    def save(self, path: Path) -> None:
        """Write what `load_tokenizer` reads, as JSON."""


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer that `save` wrote, or a Hugging Face `tokenizer.json` wrapped by it.

    Raises:
        ArtefactError: the file is missing, is not JSON or is of an unknown kind.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        kind = content.pop("kind", None)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ArtefactError(f"expected a tokenizer in {path}, got: {error}") from error
    kinds = {
        made.kind: made
        for made in (WordTokenizer, NgramTokenizer, PieceTokenizer, HuggingFaceTokenizer)
    }
    if kind not in kinds:
        raise ArtefactError(
            f"{path}: expected a tokenizer of kind {', '.join(kinds)}, got {kind!r}; "
            "it may come from a newer badbuzz: upgrade this installation."
        )
    try:
        return kinds[kind](**content)
    except Exception as error:
        raise ArtefactError(
            f"{path}: expected the fields of a {kind} tokenizer, got: {error}; "
            "it may come from a newer badbuzz: upgrade this installation."
        ) from error
