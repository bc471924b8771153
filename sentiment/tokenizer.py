"""Turns texts into the ids that a model's graph takes: one interface, three kinds.

`words`        a vocabulary of whole words; what networks over word embeddings take
`ngrams`       words, pairs of words and runs of characters, hashed; what linear models take
`huggingface`  the `tokenizer.json` of a Hugging Face directory; what transformers take

All give a `Ragged`: the ids of all texts in one array, so that nothing is padded here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import ArtefactError
from sentiment.text import clean, words

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Ragged:
    """Ids of n texts: those of text i are `ids[offsets[i]:offsets[i + 1]]`.

    Attributes:
        ids: int32, [total].
        offsets: int64, [n + 1], from 0 to total, never falling.
    """

    ids: Ids
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Offsets:
        """Number of ids of each text, [n]."""
        lengths: Offsets = np.diff(self.offsets)
        return lengths


class Tokenizer(Protocol):
    """What the Scorer asks of a tokenizer."""

    unknown_id: int | None
    "The id of words outside the vocabulary, where there is one: drift is measured by its share."

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
    kinds = {made.kind: made for made in (WordTokenizer, NgramTokenizer, HuggingFaceTokenizer)}
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

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text; a text without a word is one unknown word."""
        get, limit = self._ids.get, self.max_tokens
        rows = [[get(word, 1) for word in words(clean(text))[:limit]] or [1] for text in texts]
        return _ragged(rows)

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON."""
        _save(path, self.kind, vocabulary=self.vocabulary, max_tokens=self.max_tokens)


class NgramTokenizer:
    """Ids of words, of pairs of words and of runs of characters, for a linear model.

    Words have a vocabulary; pairs and runs are hashed (Weinberger et al. 2009, "Feature Hashing
    for Large Scale Multitask Learning"), with numpy over all texts at once.

    Args:
        vocabulary: words in the order of their ids, from id 0 on; others have no id.
        pair_buckets: ids for hashed pairs of neighbouring words; 0: no pairs.
        run_buckets: ids for hashed runs of characters; 0: no runs.
        runs: shortest and longest run, in characters, both included.
        max_chars: a longer text is cut here, after cleaning.
        silent: words that count in pairs only and have no id of their own: stop words.
    """

    kind = "ngrams"
    unknown_id: int | None = None

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        pair_buckets: int = 1 << 18,
        run_buckets: int = 0,
        runs: Sequence[int] = (3, 5),
        max_chars: int = 600,
        silent: Sequence[str] = (),
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.pair_buckets = pair_buckets
        self.run_buckets = run_buckets
        self.runs = (runs[0], runs[1])
        self.max_chars = max_chars
        self.silent = list(silent)
        known = dict.fromkeys([*self.vocabulary, *self.silent])
        self._ids = {word: number for number, word in enumerate(known)}

    @property
    def size(self) -> int:
        """Number of different ids: the length of the model's coefficients."""
        return len(self.vocabulary) + self.pair_buckets + self.run_buckets

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, in no order that matters; an id counts as often as it stands there."""
        cleaned = [clean(text)[: self.max_chars] for text in texts]
        get = self._ids.get
        rows = _ragged([[get(word, -1) for word in words(text)] for text in cleaned])
        parts = [_known(rows, len(self.vocabulary))]
        if self.pair_buckets:
            parts.append(self._pairs(rows))
        if self.run_buckets:
            parts.append(self._runs(cleaned))
        return _merge(parts)

    def _pairs(self, rows: Ragged) -> Ragged:
        ids = rows.ids.astype(np.uint64)
        first, second = ids[:-1], ids[1:]
        within = np.ones(max(len(ids) - 1, 0), bool)
        ends = rows.offsets[1:-1]
        within[ends[(ends > 0) & (ends < len(ids))] - 1] = False
        within &= (rows.ids[:-1] >= 0) & (rows.ids[1:] >= 0)
        hashed = _mix(first * np.uint64(0x9E3779B97F4A7C15) + second) % np.uint64(self.pair_buckets)
        starts = np.flatnonzero(within)
        return _take(hashed[starts], len(self.vocabulary), starts, rows.offsets)

    def _runs(self, cleaned: list[str]) -> Ragged:
        codes = np.frombuffer(" ".join(["", *cleaned, ""]).encode("utf-32-le"), np.uint32)
        codes = codes.astype(np.uint64)
        # A text owns the space before it; a run may start with it and may end with the one after.
        lengths = np.fromiter((len(text) + 1 for text in cleaned), np.int64, len(cleaned))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        owner_end = np.repeat(offsets[1:], np.diff(offsets))
        base = len(self.vocabulary) + self.pair_buckets
        state = np.zeros(int(offsets[-1]), np.uint64)
        parts = []
        for length in range(1, self.runs[1] + 1):
            usable = len(codes) - length + 1
            state = state[:usable] * np.uint64(0x100000001B3) + codes[length - 1 :][: len(state)]
            if length < self.runs[0]:
                continue
            starts = np.flatnonzero(np.arange(len(state)) + length <= owner_end[: len(state)] + 1)
            salted = _mix(state[starts] + np.uint64(length << 56))
            hashed = salted % np.uint64(self.run_buckets)
            parts.append(_take(hashed, base, starts, offsets))
        return _merge(parts)

    def save(self, path: Path) -> None:
        """Write the vocabulary and the sizes as JSON."""
        _save(
            path,
            self.kind,
            vocabulary=self.vocabulary,
            pair_buckets=self.pair_buckets,
            run_buckets=self.run_buckets,
            runs=list(self.runs),
            max_chars=self.max_chars,
            silent=self.silent,
        )


class HuggingFaceTokenizer:
    """The tokenizer of a Hugging Face directory, over cleaned text.

    Args:
        tokenizer: the content of its `tokenizer.json`.
        max_tokens: a longer text is cut here.
        replace: texts that stand for badbuzz' own tokens, which its vocabulary lacks.
    """

    kind = "huggingface"

    def __init__(
        self, tokenizer: dict[str, Any], max_tokens: int = 64, replace: dict[str, str] | None = None
    ) -> None:
        from tokenizers import Tokenizer as Fast  # noqa: PLC0415 - only transformers need it

        self._content = tokenizer
        self.max_tokens = max_tokens
        self.replace = replace or {}
        self._tokenizer = Fast.from_str(json.dumps(tokenizer))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self.unknown_id: int | None = self._tokenizer.token_to_id("[UNK]")

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, special tokens included."""
        cleaned = [clean(text) for text in texts]
        for token, stand_in in self.replace.items():
            cleaned = [text.replace(token, stand_in) for text in cleaned]
        return _ragged([row.ids for row in self._tokenizer.encode_batch_fast(cleaned)])

    def save(self, path: Path) -> None:
        """Write the Hugging Face tokenizer and the options as JSON."""
        options = {"max_tokens": self.max_tokens, "replace": self.replace}
        _save(path, self.kind, tokenizer=self._content, **options)


def _save(path: Path, kind: str, **content: object) -> None:
    path.write_text(json.dumps({"kind": kind, **content}, ensure_ascii=False), "utf-8")


def _ragged(rows: Sequence[Sequence[int]]) -> Ragged:
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(np.fromiter(chain.from_iterable(rows), np.int32, int(offsets[-1])), offsets)


def _known(rows: Ragged, size: int) -> Ragged:
    starts = np.flatnonzero((rows.ids >= 0) & (rows.ids < size))
    return _take(rows.ids[starts], 0, starts, rows.offsets)


def _take(ids: NDArray[Any], base: int, starts: Offsets, offsets: Offsets) -> Ragged:
    """Ids (plus `base`) found at positions `starts` of an array that `offsets` divides."""
    return Ragged(ids.astype(np.int32) + np.int32(base), np.searchsorted(starts, offsets))


def _merge(parts: Sequence[Ragged]) -> Ragged:
    """Row by row, the ids of all parts."""
    if len(parts) == 1:
        return parts[0]
    offsets = np.sum([part.offsets for part in parts], axis=0)
    ids = np.empty(int(offsets[-1]), np.int32)
    place = offsets[:-1].copy()
    for part in parts:
        shift = np.repeat(place - part.offsets[:-1], part.lengths)
        ids[shift + np.arange(len(part.ids))] = part.ids
        place += part.lengths
    return Ragged(ids, offsets)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that low bits depend on all."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def vocabulary_of(texts: Iterable[str], size: int, at_least: int = 2) -> list[str]:
    """The most frequent words of texts, at most `size`, each seen `at_least` times.

    Words that are equally frequent stand in alphabetical order, so that a vocabulary depends on
    the texts alone.
    """

    counts = Counter(word for text in texts for word in words(clean(text)))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [word for word, count in ranked[:size] if count >= at_least]
