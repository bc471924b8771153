"""One text counts once: exact copies by digest, near copies by the words they share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_TERM = re.compile(r"@\w+|(#?[^\W_][\w'’]*)")
_GENERATION = 128
_NEAR = 0.7


def text_digest(text: str) -> int:
    """63-bit digest of the text without case, links and spacing."""
    normal = text.lower()
    if "://" in normal or "www." in normal:
        normal = _LINK.sub("", normal)
    short = blake2b(" ".join(normal.split()).encode(), digest_size=8).digest()
    return int.from_bytes(short, "little") >> 1


@dataclass(slots=True)
class RecentDigests:
    """Remembers the last 128 to 256 distinct texts, one to two hours long.

    Two generations of a dict (in order of arrival, so that a copy of the state is equal); a text
    that comes again moves to the young one, so that a storm of copies stays known.
    """

    young: dict[int, None] = field(default_factory=dict)
    old: dict[int, None] = field(default_factory=dict)

    def is_copy(self, digest: int) -> bool:
        """Whether the text was seen lately; remembers it."""
        if digest in self.young:
            return True
        if len(self.young) >= _GENERATION:
            self.turn()
        self.young[digest] = None
        return digest in self.old

    def turn(self) -> None:
        """Forget the old generation."""
        self.old = self.young
        self.young = {}


def terms(text: str) -> list[str]:
    """Lower-cased words and hashtags, without links and mentions."""
    lowered = _LINK.sub(" ", text.lower())
    return [term for term in _TERM.findall(lowered) if term]


def distinct_part(texts: Sequence[str]) -> float:
    """Part of the texts that is left when near copies are taken as one; 1.0 for no text.

    Near copies share at least 0.7 of their words (Jaccard) with the first of their group.
    """
    groups: list[frozenset[str]] = []
    for text in texts:
        own = frozenset(terms(text))
        if not any(similar(own, group) for group in groups):
            groups.append(own)
    return len(groups) / len(texts) if texts else 1.0


def similar(one: frozenset[str], other: frozenset[str], least: float = _NEAR) -> bool:
    """Whether two sets of words share at least `least` of their union."""
    both = len(one & other)
    return both >= least * (len(one) + len(other) - both)
