"""The terms that set a window apart, against what is usually said about the brand."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stream.buzz.content import content_terms
from stream.buzz.stop_words import stop_words

_KEEP = 300
_MOST = 600
_HALVE_AT = 20_000
_PRIOR_WORDS = 500.0
_PRIOR_EACH = 0.05
_RANKED = 200
"""Terms that are compared with one another."""
_SAME = 0.7
"""Terms that share so many of their texts say the same."""
_OF_ONE = 2
"""Terms that are named of those that say the same."""
_WHOLE = 0.8
"""A phrase stands for its word where it holds so much of the word's texts."""
_LEAST_PART = 0.05
"""Part of the texts that must hold a term: what two of sixty say is no cause."""


@dataclass(slots=True)
class Background:
    """How many of the texts sampled so far hold each term, bounded to 600 terms."""

    counts: dict[str, int] = field(default_factory=dict)

    def learn(self, texts: Iterable[str], own: frozenset[str] = frozenset()) -> None:
        """Take texts of ordinary times; the brand's `own` names are left out."""
        for text in texts:
            for term in content_terms(text, own):
                self.counts[term] = self.counts.get(term, 0) + 1
        if len(self.counts) > _MOST:
            self._prune()

    def _prune(self) -> None:
        # A state that was written before holds stop words, too.
        content = {term: count for term, count in self.counts.items() if term not in stop_words()}
        ranked = sorted(content.items(), key=lambda item: (-item[1], item[0]))[:_KEEP]
        shrink = 2 if sum(self.counts.values()) > _HALVE_AT else 1
        self.counts = {term: -(-count // shrink) for term, count in ranked}


def distinguishing(
    texts: Iterable[str],
    others: Iterable[str],
    background: Background,
    most: int,
    own: frozenset[str] = frozenset(),
) -> list[tuple[str, float]]:
    """Words, hashtags and phrases of `texts`, the most telling first, each with its z-score.

    Log-odds ratio with an informative Dirichlet prior, divided by its standard deviation (Monroe,
    Colaresi and Quinn 2008, "Fightin' words", equations 15, 16, 22), against `others` and the
    background together; the prior is proportional to the counts of all three. A text counts a
    term once; only terms of at least two texts and of 5 % are named, and of those that stand in
    the same texts two: a phrase rather than its words.

    Args:
        texts: of the window.
        others: of the same window, that are not what the alert is about.
        background: what is usually said.
        most: terms to name.
        own: names of the brand, left out.
    """
    texts = list(texts)
    size = len(texts)
    here = _held_by(texts, own)
    there = Counter({term: len(places) for term, places in _held_by(others, own).items()})
    for term, count in background.counts.items():
        there[term] += count
    ranked = _ranked(here, there, max(2, math.ceil(_LEAST_PART * size)))[:_RANKED]
    chosen: list[tuple[str, float]] = []
    for word, z in ranked:
        if len(chosen) == most:
            break
        term = _phrase(word, ranked, here)
        alike = [one for one, _ in chosen if _says_the_same(here[term], here[one])]
        if len(alike) < _OF_ONE and not any(_overlap(term, one) for one in alike):
            chosen.append((term, z))
    return chosen


def _phrase(word: str, ranked: list[tuple[str, float]], here: dict[str, set[int]]) -> str:
    """The longest phrase around a word that nearly all of its texts hold, else the word."""
    around = [
        term
        for term, _ in ranked
        if set(word.split()) < set(term.split()) and len(here[term]) >= _WHOLE * len(here[word])
    ]
    return max(around, key=lambda term: (len(term.split()), len(here[term]), term), default=word)


def _held_by(texts: Iterable[str], own: frozenset[str]) -> dict[str, set[int]]:
    """The places of the texts that hold each term."""
    held: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        for term in content_terms(text, own):
            held.setdefault(term, set()).add(place)
    return held


def _ranked(here: dict[str, set[int]], there: Counter[str], least: int) -> list[tuple[str, float]]:
    here_total = sum(map(len, here.values()))
    there_total = sum(there.values())
    weight = _PRIOR_WORDS / max(here_total + there_total, 1)
    ranked = []
    for term, places in here.items():
        count = len(places)
        if count < least:
            continue
        prior = _PRIOR_EACH + weight * (count + there[term])
        inside, outside = count + prior, there[term] + prior
        delta = math.log(inside / max(here_total + _PRIOR_WORDS - inside, _PRIOR_EACH)) - math.log(
            outside / max(there_total + _PRIOR_WORDS - outside, _PRIOR_EACH)
        )
        z = delta / math.sqrt(1 / inside + 1 / outside)
        if z > 0:
            ranked.append((term, z))
    # Of terms that tell as much, the longer phrase says more.
    return sorted(ranked, key=lambda item: (-round(item[1], 6), -len(item[0].split()), item[0]))


def _says_the_same(one: set[int], other: set[int]) -> bool:
    return len(one & other) >= _SAME * len(one | other)


def _overlap(one: str, other: str) -> bool:
    return not set(one.split()).isdisjoint(other.split())


def holding(term: str, texts: Sequence[str], own: frozenset[str] = frozenset()) -> int:
    """How many of the texts hold a term."""
    return sum(term in content_terms(text, own) for text in texts)
