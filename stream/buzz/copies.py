"""What few accounts repeat among the negatives just counted: spam, to be counted once each.

Comparing every text with the others would cost more than all other work. So near copies are looked
for only when an alert is about to open, and in the mentions that follow it. Each text without a
known author counts as one by a different author. Where a few accounts say much of what is said,
each of them counts once, whatever it says: a crisis is one of many people.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from stream.buzz.brand import BrandState
from stream.buzz.duplicates import near_keys, similar, terms
from stream.buzz.evidence import CERTAIN, weight
from stream.buzz.texts import SampleText
from stream.buzz.windows import Tally

_MANY = 0.2
_LOUD = 2
"""Texts of a window's sample by which an account is loud."""
_CROWDED = 0.2
"""Part of the sample that loud accounts must hold: some people write twice in any crisis."""


def take_out_copies(state: BrandState, excess: float, since: int) -> bool:
    """Count what one account repeats once, in its steps; near copies that follow are known.

    A sample stands for its part of the negatives of its step. That is rough: where near copies made
    a fifth of the excess or more, the window is reset, and each new text is compared.

    Args:
        state: of the brand; changed in place.
        excess: negatives above those expected, in the window that stands out.
        since: the first step of that window.

    Returns:
        whether there were any.
    """
    samples = state.texts.negative
    copied, near = _copied(samples, state.texts.copied)
    window = [sample for sample in samples if sample.step >= since]
    copied, copies = _with_loud(copied, near, window)
    held = Counter(sample.step for sample in samples)
    firsts = Counter(sample.step for sample in copied)
    taken = 0
    for step in sorted({sample.step for sample in copies}):
        own = [sample for sample in copies if sample.step == step]
        part = (len(own) + firsts[step]) / held[step]
        heavy = max(weight(sample.p_negative or 0.0) for sample in own)
        taken += _uncount(state, step, part, firsts[step], heavy)
    if not taken:
        return False
    gone = set(copies)
    state.texts.negative = [sample for sample in samples if sample not in gone]
    for first in copied:
        keys = [key ^ first.author for key in near_keys(first.text)]
        state.digests.sketches.is_near_copy(keys)
    if taken * len(near) >= _MANY * excess * len(copies):
        state.closed.begin_anew()
    return True


def _copied(
    samples: Sequence[SampleText], known: Sequence[SampleText]
) -> tuple[list[SampleText], list[SampleText]]:
    """Texts that their author nearly repeated, and these: they share 0.7 of their words (Jaccard).

    A text from before the `known` copies that is like one of them is a copy as well.
    """
    oldest = min((sample.step for sample in samples), default=0)
    known = [sample for sample in known if sample.step > oldest]
    since = min((sample.step for sample in known), default=0)
    copies_known = [(_words(sample), sample.author) for sample in known]
    firsts: list[tuple[frozenset[str], SampleText]] = []
    copied: dict[SampleText, None] = {}
    copies = []
    for sample in samples:
        if not sample.author:
            continue
        own, author = _words(sample), sample.author
        first = next((f for words, f in firsts if f.author == author and similar(own, words)), None)
        if first is not None:
            copied[first] = None
            copies.append(sample)
        elif sample.step < since and any(
            author == other and similar(own, words) for words, other in copies_known
        ):
            copies.append(sample)
        else:
            firsts.append((own, sample))
    return list(copied), copies


def _with_loud(
    copied: Sequence[SampleText], copies: Sequence[SampleText], window: Sequence[SampleText]
) -> tuple[list[SampleText], list[SampleText]]:
    """The firsts and their copies, with all but the first texts of the loud accounts."""
    by_author: dict[int, list[SampleText]] = defaultdict(list)
    for sample in window:
        if sample.author:
            by_author[sample.author].append(sample)
    loud = [texts for texts in by_author.values() if len(texts) >= _LOUD]
    if sum(map(len, loud)) < _CROWDED * len(window):
        loud = []
    again = dict.fromkeys([*copies, *(text for texts in loud for text in texts[1:])])
    firsts = dict.fromkeys([*copied, *(texts[0] for texts in loud)])
    return [one for one in firsts if one not in again], list(again)


def _words(sample: SampleText) -> frozenset[str]:
    return frozenset(term for term in terms(sample.text) if not term.isdigit())


def _uncount(state: BrandState, step: int, part: float, firsts: int, heavy: int) -> int:
    """Take that part of the negatives out of a step, but for the first ones.

    Args:
        state: changed in place.
        step: its number.
        part: of its negatives that are copies or the first of them.
        firsts: as many stay.
        heavy: weight of each.

    Returns:
        how many were taken out.
    """
    closed = state.closed
    age = closed.until - step
    number = max(round(closed.windows.negatives(age) * part) - firsts, 0)
    gone = Tally(total=number, plain=number * CERTAIN, scored=number, negative=number,
                 weight=number * heavy, copies=-number)  # fmt: skip
    closed.windows.uncount(age, closed.until, gone)
    if number:
        hour = closed.hour
        hour.total = max(hour.total - number, 0)
        hour.plain = max(hour.plain - number * CERTAIN, 0)
        hour.scored = max(hour.scored - number, 0)
        hour.negative = max(hour.negative - number, 0)
        hour.weight = max(hour.weight - number * heavy, 0)
        hour.square = max(hour.square - number * heavy**2, 0)
    return number
