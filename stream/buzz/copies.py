"""Near copies among the negatives just counted: looked for before an alert opens.

Reading every text for near copies would cost more than all else. So they are told apart only where
it matters: afterwards when an alert is about to open, and as they come from then on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from stream.buzz.brand import BrandState, ClosedPart
from stream.buzz.duplicates import near_keys, similar, terms
from stream.buzz.evidence import weight
from stream.buzz.texts import SampleText

_MANY = 0.2


def take_out_copies(state: BrandState) -> bool:
    """Count near copies once, in the steps they were counted in; those that follow are known.

    A sample stands for its part of the negatives of its step. That is rough: where copies were a
    fifth of the negatives of the sampled steps or more, the window begins anew, with each text
    looked at.

    Returns:
        whether there were any.
    """
    closed, samples = state.closed, state.texts.negative
    copied, copies = _copied(samples)
    held = Counter(sample.step for sample in samples)
    before = _negatives(closed, held)
    if not copies or not before:
        return False
    for step, number in Counter(sample.step for sample in copies).items():
        heavy = max(weight(s.p_negative or 0.0) for s in copies if s.step == step)
        _uncount(closed, closed.until - step, number / held[step], heavy)
    gone = {(sample.step, sample.id) for sample in copies}
    state.texts.negative = [s for s in samples if (s.step, s.id) not in gone]
    for first in copied:
        state.digests.sketches.is_near_copy(near_keys(first.text))
    if before - _negatives(closed, held) >= _MANY * before:
        closed.begin_anew()
    return True


def _negatives(closed: ClosedPart, steps: Iterable[int]) -> int:
    ages = (closed.until - step for step in steps)
    return sum(closed.negative[-age] for age in ages if age <= len(closed.negative))


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


def _uncount(closed: ClosedPart, age: int, part: float, heavy: int) -> None:
    """Take that part of the negatives, each of weight `heavy`, out of a step, `age` steps before
    the next one."""
    if age > len(closed.negative):
        return
    number = round(closed.negative[-age] * part)
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
