"""Who says the same: exact copies by digest, near copies by the words they share."""

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations

from sentiment.text import normalise

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_TERM = re.compile(r"@\w+|(#?[^\W_][\w']*)")
_REPOST = re.compile(r"^rt @\w+:? ?")
GENERATION = 128
"""Different texts after which the next one begins a new generation."""
_NEAR = 0.7
_RUN = 3
_SKETCH = 3


def text_digest(text: str) -> int:
    """63-bit digest of the text in its normal form, without case, links and spacing.

    A repost (`RT @name:` and the text) has the digest of what it passes on.
    """
    normal = normalise(text).lower()
    if normal.startswith("rt @"):
        normal = _REPOST.sub("", normal)
    if "://" in normal or "www." in normal:
        normal = _LINK.sub("", normal)
    return _short(" ".join(normal.split()))


def author_digest(author: str | None) -> int:
    """63-bit digest of an author's name; 0: not known."""
    return _short(author) if author else 0


def near_keys(text: str) -> list[int]:
    """Digests of which a near copy shares at least one, and another text hardly ever any.

    Numbers are left out, as links and mentions are: they are what bots vary.

    The three least digests of the text's runs of three words are its MinHash sketch (Broder
    1997); each two of them make a key.
    """
    found = [term for term in terms(text) if not term.isdigit()]
    runs = {" ".join(found[start : start + _RUN]) for start in range(len(found) - _RUN + 1)}
    least = sorted(_short(run) for run in runs or {" ".join(found)})[:_SKETCH]
    if len(least) == 1:
        return least
    return [_short(f"{one} {other}") for one, other in combinations(least, 2)]


def _short(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


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
        young = self.young
        if digest in young:
            return True
        if len(young) >= GENERATION:
            self.turn()
            young = self.young
        young[digest] = None
        return digest in self.old

    def is_near_copy(self, keys: list[int]) -> bool:
        """Whether one of a text's keys was seen lately; remembers them all."""
        return sum(map(self.is_copy, keys)) > 0

    def turn(self) -> None:
        """Forget the old generation."""
        self.old = self.young
        self.young = {}


@dataclass(slots=True)
class RecentTweets:
    """The texts that `RecentDigests` would know, and who said them.

    `young` and `old` hold the author of the first of each (0: not known), `pairs` digest and
    author of those that came after it, `times` how often each was repeated in this hour.
    """

    young: dict[int, int] = field(default_factory=dict)
    old: dict[int, int] = field(default_factory=dict)
    pairs: RecentDigests = field(default_factory=RecentDigests)
    times: dict[int, int] = field(default_factory=dict)

    def count(self, digest: int, author: int) -> int:
        """How many different authors said a text within the hour, this one included.

        0: this one had said it before. Those not known count as different ones.
        """
        first = self.young.get(digest)
        if first is None:
            first = self.old.get(digest)
            if len(self.young) >= GENERATION:
                self._turn()
            self.young[digest] = author if first is None else first
            if first is None:
                return 1
        if author and (author == first or self.pairs.is_copy(digest ^ author)):
            return 0
        times = self.times[digest] = self.times.get(digest, 1) + 1
        return times

    def new_hour(self) -> None:
        """Forget the old generation, and how often each text was said."""
        self._turn()
        self.pairs.turn()
        self.times = {}

    def _turn(self) -> None:
        self.old, self.young = self.young, {}
        self.times = {digest: n for digest, n in self.times.items() if digest in self.old}


def terms(text: str) -> list[str]:
    """Lower-cased words and hashtags, without links and mentions."""
    lowered = _LINK.sub(" ", normalise(text).lower())
    return [term for term in _TERM.findall(lowered) if term]


def similar(one: frozenset[str], other: frozenset[str], least: float = _NEAR) -> bool:
    """Whether two sets of words share at least `least` of their union."""
    both = len(one & other)
    return both >= least * (len(one) + len(other) - both)
