"""Tweets that show what an alert is about: one of each group of near copies."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sentiment.alerts import SampleTweet
from stream.buzz.content import content_terms, root
from stream.buzz.duplicates import similar, terms
from stream.buzz.texts import SampleText

_MOST = 5
_ALIKE = 0.5
"""Texts that share so many of their words are shown as one: reposts are often cut off."""


@dataclass(slots=True)
class _Group:
    words: frozenset[str]
    first: SampleText
    telling: int
    copies: list[SampleText] = field(default_factory=list)


def examples(
    samples: Sequence[SampleText], telling: frozenset[str], own: frozenset[str]
) -> list[SampleTweet]:
    """Up to five texts that hold most of the telling terms and are not alike.

    Args:
        samples: of the window.
        telling: the alert's words, hashtags and phrases.
        own: the brand's names.

    Returns:
        Each with how many of the samples are near copies of it, itself included.
    """
    groups: list[_Group] = []
    roots = {root(term) for term in telling}
    for sample in sorted(samples, key=lambda one: one.digest):
        words = frozenset(terms(sample.text))
        group = next((one for one in groups if similar(words, one.words, _ALIKE)), None)
        if group is None:
            held = len(roots.intersection(map(root, content_terms(sample.text, own))))
            group = _Group(words, sample, held)
            groups.append(group)
        group.copies.append(sample)
    groups.sort(key=lambda one: (-one.telling, -len(one.copies), one.first.digest))
    return [_shown(group) for group in groups[:_MOST]]


def _shown(group: _Group) -> SampleTweet:
    first = group.first
    return SampleTweet(
        id=first.id, text=first.text, p_negative=first.p_negative, alike=len(group.copies)
    )
