"""The tokenizer of linear models: words, pairs of words and runs of characters, hashed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.ragged import Ragged, found_at, joined_rows, merged
from sentiment.text import clean, words
from sentiment.tokenizer_file import write_tokenizer


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
        rows = joined_rows([[get(word, -1) for word in words(text)] for text in cleaned])
        parts = [_known(rows, len(self.vocabulary))]
        if self.pair_buckets:
            parts.append(self._pairs(rows))
        if self.run_buckets:
            parts.append(self._runs(cleaned))
        return merged(parts)

    def _pairs(self, rows: Ragged) -> Ragged:
        ids = rows.ids.astype(np.uint64)
        first, second = ids[:-1], ids[1:]
        within = np.ones(max(len(ids) - 1, 0), bool)
        ends = rows.offsets[1:-1]
        within[ends[(ends > 0) & (ends < len(ids))] - 1] = False
        within &= (rows.ids[:-1] >= 0) & (rows.ids[1:] >= 0)
        hashed = _mix(first * np.uint64(0x9E3779B97F4A7C15) + second) % np.uint64(self.pair_buckets)
        starts = np.flatnonzero(within)
        return found_at(hashed[starts], len(self.vocabulary), starts, rows.offsets)

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
            parts.append(found_at(hashed, base, starts, offsets))
        return merged(parts)

    def save(self, path: Path) -> None:
        """Write the vocabulary and the sizes as JSON."""
        write_tokenizer(
            path,
            self.kind,
            vocabulary=self.vocabulary,
            pair_buckets=self.pair_buckets,
            run_buckets=self.run_buckets,
            runs=list(self.runs),
            max_chars=self.max_chars,
            silent=self.silent,
        )


def _known(rows: Ragged, size: int) -> Ragged:
    starts = np.flatnonzero((rows.ids >= 0) & (rows.ids < size))
    return found_at(rows.ids[starts], 0, starts, rows.offsets)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that low bits depend on all."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
