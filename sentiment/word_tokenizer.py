"""The tokenizer of networks over word embeddings: a vocabulary of whole words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sentiment.ragged import Ragged, joined_rows
from sentiment.text import clean, words
from sentiment.tokenizer_file import write_tokenizer


class WordTokenizer:
    """One id for each word of a vocabulary; id 0 is padding, id 1 stands for all other words.

    Args:
        vocabulary: words in the order of their ids, from id 2 on.
        max_tokens: a longer text is cut here.
    """

    kind = "words"
    unknown_id: int | None = 1

    def __init__(self, vocabulary: Sequence[str], max_tokens: int = 64) -> None:
        self.vocabulary = list(vocabulary)
        self.max_tokens = max_tokens
        self._ids = {word: number for number, word in enumerate(self.vocabulary, start=2)}

    @property
    def size(self) -> int:
        """Number of different ids."""
        return len(self.vocabulary) + 2

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text; a text without a word is one unknown word."""
        get, limit = self._ids.get, self.max_tokens
        rows = [[get(word, 1) for word in words(clean(text))[:limit]] or [1] for text in texts]
        return joined_rows(rows)

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON."""
        write_tokenizer(path, self.kind, vocabulary=self.vocabulary, max_tokens=self.max_tokens)


def vocabulary_of(texts: Iterable[str], size: int, at_least: int = 2) -> list[str]:
    """The most frequent words of texts, at most `size`, each seen `at_least` times.

    Equally frequent words are in alphabetical order, so that a vocabulary depends on
    the texts alone.
    """

    counts = Counter(word for text in texts for word in words(clean(text)))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [word for word, count in ranked[:size] if count >= at_least]
