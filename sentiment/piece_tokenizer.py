"""The tokenizer of the fast model: words of many languages, and pieces of words it does not know.

Each distinct word is cut into pieces once and then remembered, so that Python never loops over the
characters of a tweet. Mentions, links and repost marks leave nothing behind, and words that must
carry no sentiment (names of people, places and groups of people) share one id.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from sentiment.ragged import Ragged, joined_rows
from sentiment.tokenizer_file import write_tokenizer
from sentiment.word_signs import joined_words, pieces_of, word_signs

NUMBER = "<num>"
"""The word that stands for all numbers."""

_REPEATED = re.compile(r"(.)\1")
_LONGEST_WORD = 24
"""Characters of a word that are looked at."""
_LONGEST_SHARED = 100
_MOST_PIECES = 8
_MOST_REMEMBERED = 150_000
"""Words that are remembered at a time: about 30 MB, whatever is sent."""


class PieceTokenizer:
    """Ids of words, in their order; a word outside the vocabulary becomes ids of its pieces.

    Id 0 stands alone for a text that holds nothing.

    Args:
        words: the vocabulary, in the order of the ids, from id 1 on.
        pieces: runs of characters, with the ids that follow; single characters among them.
        shared: words that have the id of one word of the vocabulary: `{"<name>": ["anna", ...]}`.
        max_chars: a longer text is cut here, once it is cleaned.
        max_ids: further ids of a text are dropped.
    """

    kind = "pieces"
    unknown_id: int | None = None

    def __init__(
        self,
        words: Sequence[str],
        pieces: Sequence[str],
        *,
        shared: Mapping[str, Sequence[str]] | None = None,
        max_chars: int = 600,
        max_ids: int = 96,
    ) -> None:
        self.words = list(words)
        self.pieces = list(pieces)
        self.shared = {sign: list(same) for sign, same in (shared or {}).items()}
        self.max_chars = max_chars
        self.max_ids = max_ids
        alone, joined = alone_and_joined(self.shared)
        self._ids = _Ids(self.words, self.pieces, alone)
        self._joined = joined_words(joined)

    @property
    def size(self) -> int:
        """Number of different ids."""
        return 1 + len(self.words) + len(self.pieces)

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, at least one."""
        ids_of, most, joined = self._ids.__getitem__, self.max_ids, self._joined
        rows: list[list[int]] = []
        for text in texts:
            found = map(ids_of, word_signs(text, self.max_chars, joined))
            rows.append(list(chain.from_iterable(found))[:most] or _NOTHING)
        return joined_rows(rows)

    def save(self, path: Path) -> None:
        """Write vocabulary and pieces as JSON."""
        write_tokenizer(
            path,
            self.kind,
            words=self.words,
            pieces=self.pieces,
            shared=self.shared,
            max_chars=self.max_chars,
            max_ids=self.max_ids,
        )


_NOTHING = [0]


def alone_and_joined(
    shared: Mapping[str, Sequence[str]],
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Shared words as a text's words look, and the sign of each that is no word by itself."""
    alone: dict[str, list[str]] = {sign: [] for sign in shared}
    joined: dict[str, str] = {}
    for sign, same in shared.items():
        for word in same:
            found = word_signs(word, _LONGEST_SHARED)
            if len(found) == 1:
                alone[sign] += found
            else:
                joined[word] = sign
    return alone, joined


class _Ids(dict[str, tuple[int, ...]]):
    """The ids of each word that was asked for, found once; bounded, and safe between threads."""

    def __init__(
        self, words: Sequence[str], pieces: Sequence[str], shared: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__()
        self._words = {word: number for number, word in enumerate(words, start=1)}
        for sign, same in shared.items():
            self._words.update(dict.fromkeys(same, self._words[sign]))
        self._pieces = {piece: number for number, piece in enumerate(pieces, 1 + len(words))}

    def __missing__(self, word: str) -> tuple[int, ...]:
        ids = self._found(word)
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[word] = ids
        return ids

    def _found(self, word: str) -> tuple[int, ...]:
        known = self._words
        if word in known:
            return (known[word],)
        if word[0] == "#":
            # A tag whose parts stand beside it (`##epicfail epic fail`) has nothing to add.
            bare = word.lstrip("#")
            if word[:2] == "##":
                return (known[f"#{bare}"],) if f"#{bare}" in known else ()
            return self[bare] if bare else ()
        if word.isdigit():
            return (known[NUMBER],) if NUMBER in known else ()
        shorter = _REPEATED.sub(r"\1", word)
        if shorter in known:
            return (known[shorter],)
        return pieces_of(word[:_LONGEST_WORD], known, self._pieces)[:_MOST_PIECES]
