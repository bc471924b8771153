"""The terms that set a window apart, against what is usually said about the brand."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stream.buzz.content import content_terms, root
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
    """How many of the texts sampled so far hold each term, bounded to 600 terms.

    Attributes:
        counts: by the root of a term.
        texts: how many texts there were; 0 in a state that was written before this was counted.
    """

    counts: dict[str, int] = field(default_factory=dict)
    texts: int = 0

    def learn(self, texts: Iterable[str], own: frozenset[str] = frozenset()) -> None:
        """Take texts of ordinary times; the brand's `own` names are left out."""
        for text in texts:
            self.texts += 1
            for term in _roots(text, own):
                self.counts[term] = self.counts.get(term, 0) + 1
        if len(self.counts) > _MOST:
            self._prune()

    def without(self, texts: Iterable[str], own: frozenset[str] = frozenset()) -> "Background":
        """The background as if these texts had not been learned."""
        counts, left = dict(self.counts), self.texts
        for text in texts:
            left = max(left - 1, 0)
            for term in _roots(text, own):
                if counts.get(term, 0) > 0:
                    counts[term] -= 1
        return Background(counts, left)

    def _prune(self) -> None:
        # A state that was written before holds stop words, too.
        content = {term: count for term, count in self.counts.items() if term not in stop_words()}
        ranked = sorted(content.items(), key=lambda item: (-item[1], item[0]))[:_KEEP]
        shrink = 2 if sum(self.counts.values()) > _HALVE_AT else 1
        self.counts = {term: -(-count // shrink) for term, count in ranked}
        self.texts = -(-self.texts // shrink)


def distinguishing(
    texts: Iterable[str],
    others: Iterable[str],
    background: Background,
    most: int,
    own: frozenset[str] = frozenset(),
) -> list[tuple[str, float]]:
    """Words, hashtags and phrases of `texts`, the most telling first, each with its z-score.

    First come the terms that surely hold most of what is unusual: the number of texts that say a
    term, less one standard deviation of it, less the number expected. So a word of two texts that
    nobody ever said stands behind a usual one of many more texts than usual. Forms of a word
    count together (`root`). A text counts a term once; only terms of at least two texts and of 5 %
    are named, and of those that stand in the same texts two: a phrase rather than its words.

    The z-score is the log-odds ratio with an informative Dirichlet prior, divided by its standard
    deviation (Monroe, Colaresi and Quinn 2008, "Fightin' words", equations 15, 16, 22), against
    `others` and the background together; the prior is proportional to the counts of all three.

    Args:
        texts: of the window.
        others: of the same window, that are not what the alert is about.
        background: what is usually said.
        most: terms to name.
        own: names of the brand, left out.
    """
    texts = list(texts)
    here, forms = _held_by(texts, own)
    ranked = _ranked(here, len(texts), background, list(others), own)[:_RANKED]
    chosen: list[tuple[str, float]] = []
    for word, z in ranked:
        if len(chosen) == most:
            break
        term = _phrase(word, ranked, here)
        alike = [one for one, _ in chosen if _says_the_same(here[term], here[one])]
        if len(alike) < _OF_ONE and not any(_overlap(term, one) for one in alike):
            chosen.append((term, z))
    return [(forms[term].most_common(1)[0][0], z) for term, z in chosen]


def _phrase(word: str, ranked: list[tuple[str, float]], here: dict[str, set[int]]) -> str:
    """The longest phrase around a word that nearly all of its texts hold, else the word."""
    around = [
        term
        for term, _ in ranked
        if set(word.split()) < set(term.split()) and len(here[term]) >= _WHOLE * len(here[word])
    ]
    return max(around, key=lambda term: (len(term.split()), len(here[term]), term), default=word)


def _roots(text: str, own: frozenset[str]) -> set[str]:
    return {root(term) for term in content_terms(text, own)}


def _held_by(
    texts: Iterable[str], own: frozenset[str]
) -> tuple[dict[str, set[int]], dict[str, Counter[str]]]:
    """By the root of each term: the places of the texts that hold it, and its forms."""
    held: dict[str, set[int]] = {}
    forms: dict[str, Counter[str]] = {}
    for place, text in enumerate(texts):
        for term in content_terms(text, own):
            held.setdefault(root(term), set()).add(place)
            forms.setdefault(root(term), Counter())[term] += 1
    return held, forms


def _ranked(
    here: dict[str, set[int]],
    size: int,
    background: Background,
    others: Sequence[str],
    own: frozenset[str],
) -> list[tuple[str, float]]:
    """Roots above what is usual, with their z-scores, by the sure part of their surplus."""
    there = Counter(background.counts)
    for text in others:
        there.update(_roots(text, own))
    known = max(background.texts, *background.counts.values(), 1) + len(others)
    least = max(2, math.ceil(_LEAST_PART * size))
    totals = sum(map(len, here.values())), sum(there.values())
    found = []
    for term, places in here.items():
        count = len(places)
        expected = size * there[term] / known
        surplus = count - math.sqrt(count) - expected
        if count >= least and surplus > 0:
            found.append((surplus, term, _z(count, there[term], *totals)))
    # Of terms that tell as much, the longer phrase says more.
    found.sort(key=lambda one: (-round(one[0], 6), -len(one[1].split()), one[1]))
    return [(term, z) for _, term, z in found if z > 0]


def _z(here: int, there: int, here_total: int, there_total: int) -> float:
    weight = _PRIOR_WORDS / max(here_total + there_total, 1)
    prior = _PRIOR_EACH + weight * (here + there)
    inside, outside = here + prior, there + prior
    delta = math.log(inside / max(here_total + _PRIOR_WORDS - inside, _PRIOR_EACH)) - math.log(
        outside / max(there_total + _PRIOR_WORDS - outside, _PRIOR_EACH)
    )
    return delta / math.sqrt(1 / inside + 1 / outside)


def _says_the_same(one: set[int], other: set[int]) -> bool:
    return len(one & other) >= _SAME * len(one | other)


def _overlap(one: str, other: str) -> bool:
    return not set(one.split()).isdisjoint(other.split())


def holding(term: str, texts: Sequence[str], own: frozenset[str] = frozenset()) -> int:
    """How many of the texts hold a term, in whatever form."""
    return sum(root(term) in _roots(text, own) for text in texts)
