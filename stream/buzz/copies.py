"""Near copies among the negatives just counted: looked for before an alert opens.

Reading every text for near copies would cost more than all else. So they are told apart only where
it matters: afterwards when an alert is about to open, and as they come from then on.
"""

from collections import Counter
from collections.abc import Sequence

from stream.buzz.brand import BrandState, ClosedPart
from stream.buzz.duplicates import near_keys, similar, terms
from stream.buzz.texts import SampleText

_MANY = 0.2


def take_out_copies(state: BrandState) -> bool:
    """Count near copies once, in the steps they were counted in; those that follow are known.

    A sample stands for its part of the negatives of its step. That is rough: where copies were a
    fifth of the negatives or more, the window begins anew, with each text looked at.

    Returns:
        whether there were any.
    """
    closed, before = state.closed, sum(state.closed.negative)
    samples = state.texts.negative
    copied, copies = _copied(samples)
    if not copies or not before:
        return False
    held = Counter(sample.step for sample in samples)
    for step, number in Counter(sample.step for sample in copies).items():
        _uncount(closed, closed.until - step, number / held[step])
    gone = {(sample.step, sample.id) for sample in copies}
    state.texts.negative = [s for s in samples if (s.step, s.id) not in gone]
    for first in copied:
        state.open.sketches.is_near_copy(near_keys(first.text))
    if before - sum(closed.negative) >= _MANY * before:
        closed.scored.clear()
        closed.negative.clear()
    return True


def _copied(samples: Sequence[SampleText]) -> tuple[list[SampleText], list[SampleText]]:
    """Texts of which there are near copies, and these: they share 0.7 of their words (Jaccard)."""
    firsts: list[tuple[frozenset[str], SampleText]] = []
    copied: dict[str, SampleText] = {}
    copies = []
    for sample in samples:
        own = frozenset(term for term in terms(sample.text) if not term.isdigit())
        first = next((other for words, other in firsts if similar(own, words)), None)
        if first is None:
            firsts.append((own, sample))
        else:
            copied[first.id] = first
            copies.append(sample)
    return list(copied.values()), copies


def _uncount(closed: ClosedPart, age: int, part: float) -> None:
    """Take that part of the negatives out of a step, `age` steps before the next one."""
    if age > len(closed.negative):
        return
    number = round(closed.negative[-age] * part)
    closed.total[-age] -= number
    closed.scored[-age] -= number
    closed.negative[-age] -= number
    closed.copies[-age] += number
    if age <= closed.hour_steps:
        closed.hour_total -= number
        closed.hour_scored -= number
        closed.hour_negative -= number
