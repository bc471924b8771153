"""A bounded, repeatable sample of the latest texts of a brand."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

PER_STEP = 6
"""A text is wanted while there are fewer of its step, or its digest is less than the last one's."""
TEXT_CHARS = 500
"""Of a text that is kept, at most: all of a brand go into one record, however long texts may be."""
_KEEP_NEGATIVE = 60
_KEEP_OTHER = 20
_KEEP_COPIED = 12
_SAMPLE = 10


class SampleText(NamedTuple):
    """A text that stands for others of its time, or its head. In order by its digest."""

    digest: int
    step: int
    id: str
    text: str
    p_negative: float | None
    author: int = 0


def keep_sample(kept: list[SampleText], sample: SampleText) -> None:
    """Keep the texts of smallest digest, in its order: a random sample without a random number.

    It does not depend on the order of arrival (bottom-k sampling; Cohen and Kaplan 2007).
    """
    insort(kept, sample)
    del kept[PER_STEP:]


@dataclass(slots=True)
class RecentTexts:
    """The samples of the steps closed last: at most 60 negative texts and 20 others.

    `copied` holds some that were known for near copies as they came: the first of their like may
    stand among the others.
    """

    format: int = 0
    negative: list[SampleText] = field(default_factory=list)
    other: list[SampleText] = field(default_factory=list)
    copied: list[SampleText] = field(default_factory=list)

    def add(
        self,
        negative: Iterable[SampleText],
        other: Iterable[SampleText],
        copied: Iterable[SampleText],
    ) -> None:
        """Take the samples of a closed step; the oldest give way."""
        self.negative = _latest(self.negative, negative, _KEEP_NEGATIVE)
        self.other = _latest(self.other, other, _KEEP_OTHER)
        self.copied = _latest(self.copied, copied, _KEEP_COPIED)

    def sample_of(self, start: int, end: int) -> list[SampleText]:
        """Up to ten negative texts and ten others of the steps from `start` until before `end`:
        those of smallest digest."""
        found: list[SampleText] = []
        for kept in (self.negative, self.other):
            own = [sample for sample in kept if start <= sample.step < end]
            found += sorted(own, key=lambda sample: sample.digest)[:_SAMPLE]
        return found

    def since(self, step: int) -> tuple[list[SampleText], list[SampleText]]:
        """Negative and other samples of `step` and later."""
        return (
            [sample for sample in self.negative if sample.step >= step],
            [sample for sample in self.other if sample.step >= step],
        )


def _latest(kept: list[SampleText], new: Iterable[SampleText], most: int) -> list[SampleText]:
    added = [*kept, *new]
    return added[-most:]
