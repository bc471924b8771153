"""The vocabulary of the fast model: words of its languages, pieces of words, and shared words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files

import numpy as np

from sentiment.piece_tokenizer import NUMBER, PieceTokenizer, alone_and_joined
from sentiment.word_signs import word_signs
from trainer.sources.rows import Rows

SHARED = {"<name>": "names", "<place>": "places", "<group>": "groups"}
"""Words whose id others share, and the files of those others in `shared_words/`."""

FREQUENT = {
    "en": 20_000, "fr": 12_000, "ar": 7_000, "de": 7_000, "es": 8_000, "hi": 3_000, "it": 8_000,
    "pt": 8_000,
}  # fmt: skip
"""How many of each language's most frequent words are taken from the package wordfreq."""

_ENGLISH_WORDS = 26_000
_PIECES = 14_000
_CHARACTERS = 1_500
_LONGEST_WORD = 24
_LONGEST_PIECE = 5
_MAX_CHARS = 600


def vocabulary_of(rows: Rows, more: Sequence[str] = ()) -> PieceTokenizer:
    """A tokenizer for the texts of all sources, and for others in their languages.

    Args:
        rows: labelled texts; a text of a two-class source counts a quarter.
        more: texts without labels.
    """
    shared = shared_words()
    known = {word for same in alone_and_joined(shared)[0].values() for word in same}
    counts = _counts(rows, more)
    words = dict.fromkeys([NUMBER, *shared])
    for language, counter in counts.items():
        least = 3 if language in ("en", "fr") else 2
        most = _ENGLISH_WORDS if language == "en" else None
        found = [word for word, n in counter.most_common() if n >= least]
        words |= dict.fromkeys([word for word in found if _usable(word, known)][:most])
    words |= dict.fromkeys(word for word in frequent_words() if _usable(word, known))
    every = sum(counts.values(), Counter())
    return PieceTokenizer(list(words), _pieces(words, every), shared=shared, max_chars=_MAX_CHARS)


def shared_words() -> dict[str, list[str]]:
    """Names of people, of places and of groups of people; no word stands in two lists."""
    folder = files("trainer.fast") / "shared_words"
    return {
        sign: (folder / f"{name}.txt").read_text("utf-8").split() for sign, name in SHARED.items()
    }


def frequent_words() -> Iterable[str]:
    """Words of each language in the order of their frequency, languages one after another."""
    from wordfreq import top_n_list  # noqa: PLC0415 - 60 MB that only this needs

    for language, count in FREQUENT.items():
        for word in top_n_list(language, count):
            yield from word_signs(word, _MAX_CHARS)


def _counts(rows: Rows, more: Sequence[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {"en": Counter()}
    noisy: Counter[str] = Counter()
    for text, language, two in zip(rows.texts, rows.languages, rows.two_class, strict=True):
        into = noisy if two else counts.setdefault(str(language), Counter())
        into.update(word_signs(text, _MAX_CHARS))
    for text in more:
        counts["en"].update(word_signs(text, _MAX_CHARS))
    counts["en"].update({word: count // 4 for word, count in noisy.items()})
    return counts


def _usable(word: str, shared: set[str]) -> bool:
    bare = word.lstrip("#")
    return (
        bool(bare)
        and not word.startswith("##")
        and not bare.isdigit()
        and len(word) <= _LONGEST_WORD
        and bare not in shared
    )


def _pieces(words: Iterable[str], counts: Counter[str]) -> list[str]:
    """Single characters, then the runs that stand in most words; a frequent word counts more."""
    runs: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for word, count in counts.items():
        for character in word:
            characters[character] += count
    for word in words:
        weight = 1 + round(float(np.log1p(counts[word])))
        for length in range(2, _LONGEST_PIECE + 1):
            for first in range(len(word) - length + 1):
                runs[word[first : first + length]] += weight
    singles = [character for character, _ in characters.most_common(_CHARACTERS)]
    return list(dict.fromkeys([*singles, *(run for run, _ in runs.most_common(_PIECES))]))
