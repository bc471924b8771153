"""Which brands a text names."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from sentiment.brands.record import fold, fold_name


class Called(Protocol):
    """How people call a brand."""

    @property
    def handles(self) -> Sequence[str]:
        """Names of accounts, with or without `@`."""

    @property
    def names(self) -> Sequence[str]:
        """Names and phrases."""


class BrandFinder:
    """Finds brands by whole words, whatever their case and accents.

    One pass over a text for all names: Aho and Corasick 1975. Of names that overlap, the one that
    begins first counts, and of those the longest. A name that several brands share counts for each.

    Args:
        brands: names by brand.
    """

    def __init__(self, brands: Mapping[str, Called]) -> None:
        self.brands = sorted(brands)
        brands_by_name: dict[str, list[str]] = {}
        for brand, known in brands.items():
            for name in {fold_name(name) for name in (*known.handles, *known.names)}:
                if name:
                    brands_by_name.setdefault(name, []).append(brand)
        self._brands_by_name = list(brands_by_name.values())
        self._names = AhoCorasick(list(brands_by_name)) if brands_by_name else None

    def find(self, text: str) -> set[str]:
        """The brands that a text names."""
        if self._names is None:
            return set()
        folded = fold(text)
        found = self._names.find_matches_as_indexes(folded, overlapping=True)
        brands: set[str] = set()
        behind = 0
        for start, end, name in sorted((start, -end, name) for name, start, end in found):
            if start >= behind and _is_whole(folded, start, -end):
                brands.update(self._brands_by_name[name])
                behind = -end
        return brands


def _is_whole(text: str, start: int, end: int) -> bool:
    before = start > 0 and _is_word(text[start - 1])
    return not before and not (end < len(text) and _is_word(text[end]))


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
