"""A bounded, repeatable sample of the latest texts of a brand."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

_PER_STEP = 6
_KEEP_NEGATIVE = 60
_KEEP_OTHER = 20


@dataclass(slots=True)
class SampleText:
    """A text that stands for others of its time."""

    step: int
    digest: int
    id: str
    text: str
    p_negative: float | None


def is_wanted(kept: list[SampleText], digest: int) -> bool:
    """Whether a text of this digest belongs to the sample of its step."""
    return len(kept) < _PER_STEP or digest < kept[-1].digest


def keep_sample(kept: list[SampleText], sample: SampleText) -> None:
    """Keep the texts of smallest digest, in its order: a random sample without a random number.

    It does not depend on the order of arrival (bottom-k sampling; Cohen and Kaplan 2007).
    """
    insort(kept, sample, key=_digest)
    del kept[_PER_STEP:]


def _digest(sample: SampleText) -> int:
    return sample.digest


@dataclass(slots=True)
class RecentTexts:
    """The samples of the steps closed last: at most 60 negative texts and 20 others."""

    negative: list[SampleText] = field(default_factory=list)
    other: list[SampleText] = field(default_factory=list)

    def add(self, negative: Iterable[SampleText], other: Iterable[SampleText]) -> None:
        """Take the samples of a closed step; the oldest give way."""
        self.negative = _latest(self.negative, negative, _KEEP_NEGATIVE)
        self.other = _latest(self.other, other, _KEEP_OTHER)

    def since(self, step: int) -> tuple[list[SampleText], list[SampleText]]:
        """Negative and other samples of `step` and later."""
        return (
            [sample for sample in self.negative if sample.step >= step],
            [sample for sample in self.other if sample.step >= step],
        )


def _latest(kept: list[SampleText], new: Iterable[SampleText], most: int) -> list[SampleText]:
    added = [*kept, *new]
    return added[-most:]
