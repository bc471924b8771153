"""Whether the negatives of a window talk of one thing: a crisis has a cause, chance has none."""

from collections.abc import Sequence
from dataclasses import replace

from stream.buzz.brand import BrandState
from stream.buzz.content import own_names
from stream.buzz.judge import Verdict
from stream.buzz.options import BuzzOptions
from stream.buzz.telling import telling_terms
from stream.buzz.texts import SampleText
from stream.buzz.words import holding

_ALMOST = 0.8
_TELLING = 5.0
"""The z-score of the word that tells most. By chance it came up to 4.96 in 3,973 minutes of a
strength above 0.75, of 33 simulated months in which nothing happened."""

_FIRST = 3
"""It stands among so many that a person reads first."""
_APART = 1.5
"""The negatives say the word so many times as often as the others of the window."""


def weigh_cause(state: BrandState, verdict: Verdict, options: BuzzOptions) -> Verdict:
    """A quarter more strength where one unusual word sets the negatives of the window apart.

    Numbers and words are two witnesses that chance hardly ever brings together: so less is asked
    of the numbers when the words agree. Words are read only where that can open an alert.
    """
    if verdict.strength <= _ALMOST or not _has_cause(state, verdict, options):
        return verdict
    return replace(verdict, strength=verdict.strength / _ALMOST)


def _has_cause(state: BrandState, verdict: Verdict, options: BuzzOptions) -> bool:
    minutes = verdict.window.minutes
    samples = [
        _one_each(sort) for sort in state.texts.since(state.closed.until - options.steps(minutes))
    ]
    ranked = telling_terms(state, samples[0], samples[1], minutes, _FIRST, options)
    term, z = max(ranked, key=lambda one: one[1], default=("", 0.0))
    if z <= _TELLING:
        return False
    own = own_names(state.brand)
    negative, other = ([sample.text for sample in sort] for sort in samples)
    # What everybody talks of may as well be praise, some of it misread.
    return _part(term, negative, own) > _APART * _part(term, other, own)


def _one_each(samples: Sequence[SampleText]) -> list[SampleText]:
    """One text of each author, as few accounts are no witness. Unknown ones are different."""
    authors: set[int] = set()
    kept = []
    for sample in samples:
        if not sample.author or sample.author not in authors:
            kept.append(sample)
            authors.add(sample.author)
    return kept


def _part(term: str, texts: Sequence[str], own: frozenset[str]) -> float:
    """Part of the texts that hold a term, with one that does and one that does not added."""
    return (holding(term, texts, own) + 1) / (len(texts) + 2)
