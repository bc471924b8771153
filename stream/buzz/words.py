"""The words that set a window apart, against what is usually said about the brand."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stream.buzz.duplicates import terms

_KEEP = 200
_MOST = 400
_HALVE_AT = 20_000
_PRIOR_WORDS = 500.0
_PRIOR_EACH = 0.05


@dataclass(slots=True)
class Background:
    """How many of the texts sampled so far hold each word, bounded to 400 words."""

    counts: dict[str, int] = field(default_factory=dict)

    def learn(self, texts: Iterable[str]) -> None:
        """Take texts of ordinary times."""
        for text in texts:
            for term in dict.fromkeys(terms(text)):
                self.counts[term] = self.counts.get(term, 0) + 1
        if len(self.counts) > _MOST:
            self._prune()

    def _prune(self) -> None:
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:_KEEP]
        shrink = 2 if sum(self.counts.values()) > _HALVE_AT else 1
        self.counts = {term: -(-count // shrink) for term, count in ranked}


def distinguishing(
    texts: Iterable[str], others: Iterable[str], background: Background, most: int
) -> list[tuple[str, float]]:
    """Words and hashtags of `texts`, the most telling first, each with its z-score.

    Log-odds ratio with an informative Dirichlet prior, divided by its standard deviation (Monroe,
    Colaresi and Quinn 2008, "Fightin' words", equations 15, 16, 22), against `others` and the
    background together; the prior is proportional to the counts of all three. A text counts a
    word once; only words of at least two texts are named.
    """
    here = _holding(texts)
    there = _holding(others)
    for term, count in background.counts.items():
        there[term] += count
    here_total, there_total = sum(here.values()), sum(there.values())
    weight = _PRIOR_WORDS / max(here_total + there_total, 1)
    ranked = []
    for term, count in here.items():
        if count < 2:
            continue
        prior = _PRIOR_EACH + weight * (count + there[term])
        inside, outside = count + prior, there[term] + prior
        delta = math.log(inside / (here_total + _PRIOR_WORDS - inside)) - math.log(
            outside / (there_total + _PRIOR_WORDS - outside)
        )
        z = delta / math.sqrt(1 / inside + 1 / outside)
        if z > 0:
            ranked.append((term, z))
    return sorted(ranked, key=lambda item: (-item[1], item[0]))[:most]


def _holding(texts: Iterable[str]) -> Counter[str]:
    return Counter(term for text in texts for term in set(terms(text)))
