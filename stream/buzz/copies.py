"""Near copies among the negatives just counted: looked for before an alert opens.

Reading every text for near copies would cost more than all else. So they are told apart only where
it matters: afterwards when an alert is about to open, and as they come from then on.
"""

from collections import Counter
from collections.abc import Sequence

from stream.buzz.brand import BrandState, ClosedPart
from stream.buzz.duplicates import near_keys, similar, terms
from stream.buzz.evidence import weight
from stream.buzz.texts import SampleText

_MANY = 0.2


def take_out_copies(state: BrandState, excess: float) -> bool:
    """Count near copies once, in the steps they were counted in; those that follow are known.

    A sample stands for its part of the negatives of its step. That is rough: where copies made a
    fifth of the excess or more, the window begins anew, with each text looked at.

    Args:
        state: of the brand; changed in place.
        excess: negatives above those expected, in the window that stands out.

    Returns:
        whether there were any.
    """
    closed, samples = state.closed, state.texts.negative
    copied, copies = _copied(samples, state.texts.copied)
    held = Counter(sample.step for sample in samples)
    firsts = Counter(sample.step for sample in copied)
    taken = 0
    for step in sorted({sample.step for sample in copies}):
        own = [sample for sample in copies if sample.step == step]
        part = (len(own) + firsts[step]) / held[step]
        heavy = max(weight(sample.p_negative or 0.0) for sample in own)
        taken += _uncount(closed, closed.until - step, part, firsts[step], heavy)
    if not taken:
        return False
    gone = {(sample.step, sample.id) for sample in copies}
    state.texts.negative = [s for s in samples if (s.step, s.id) not in gone]
    for first in copied:
        state.digests.sketches.is_near_copy(near_keys(first.text))
    if taken >= _MANY * excess:
        closed.begin_anew()
    return True


def _copied(
    samples: Sequence[SampleText], known: Sequence[SampleText]
) -> tuple[list[SampleText], list[SampleText]]:
    """Texts of which there are near copies, and these: they share 0.7 of their words (Jaccard).

    A text from before the `known` copies that is like one of them is a copy as well.
    """
    oldest = min((sample.step for sample in samples), default=0)
    known = [sample for sample in known if sample.step > oldest]
    since = min((sample.step for sample in known), default=0)
    copies_known = [_words(sample) for sample in known]
    firsts: list[tuple[frozenset[str], SampleText]] = []
    copied: dict[str, SampleText] = {}
    copies = []
    for sample in samples:
        own = _words(sample)
        first = next((other for words, other in firsts if similar(own, words)), None)
        if first is not None:
            copied[first.id] = first
            copies.append(sample)
        elif sample.step < since and any(similar(own, words) for words in copies_known):
            copies.append(sample)
        else:
            firsts.append((own, sample))
    return list(copied.values()), copies


def _words(sample: SampleText) -> frozenset[str]:
    return frozenset(term for term in terms(sample.text) if not term.isdigit())


def _uncount(closed: ClosedPart, age: int, part: float, firsts: int, heavy: int) -> int:
    """Take that part of the negatives out of the step `age` steps before the next one.

    Args:
        closed: changed in place.
        age: of the step.
        part: of its negatives that are copies or the first of them.
        firsts: as many stay.
        heavy: weight of each.

    Returns:
        how many were taken out.
    """
    if age > len(closed.negative):
        return 0
    number = max(round(closed.negative[-age] * part) - firsts, 0)
    closed.total[-age] -= number
    closed.scored[-age] -= number
    closed.negative[-age] -= number
    closed.weight[-age] = max(closed.weight[-age] - number * heavy, 0)
    closed.copies[-age] += number
    if age <= closed.hour_steps:
        closed.hour_total -= number
        closed.hour_scored -= number
        closed.hour_negative -= number
        closed.hour_weight = max(closed.hour_weight - number * heavy, 0)
        closed.hour_square = max(closed.hour_square - number * heavy**2, 0)
    return number
