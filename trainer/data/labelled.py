"""Texts with labels of two or three classes, to measure versions on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.card import THREE
from trainer.data.tweets import Tweets

NEGATIVE, NEUTRAL, POSITIVE = range(len(THREE))


@dataclass(frozen=True)
class Labelled:
    """Labelled texts.

    Attributes:
        texts: n texts, as they were written.
        labels: int8 [n], an index into (negative, neutral, positive).
        three: whether neutral texts were labelled as such, not left out.
    """

    texts: list[str]
    labels: NDArray[np.int8]
    three: bool

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def negative(self) -> NDArray[np.int8]:
        """int8 [n], 1 where the text is negative, else 0."""
        negative: NDArray[np.int8] = (self.labels == NEGATIVE).astype(np.int8)
        return negative

    def for_all(self, classes: Sequence[bool]) -> "Labelled":
        """The rows that every one of some versions can answer.

        A version of two classes cannot say `neutral`: where one of them has two, neutral rows are
        left out for all, and each is judged by negative against positive.

        Args:
            classes: of each version, whether it has three.
        """
        if not self.three or all(classes):
            return self
        kept = np.flatnonzero(self.labels != NEUTRAL)
        return Labelled([self.texts[row] for row in kept], self.labels[kept], three=False)


def as_labelled(data: Tweets | Labelled) -> Labelled:
    """Tweets of two classes in the form that measuring takes; what has it stays."""
    if isinstance(data, Labelled):
        return data
    labels = np.where(data.negative == 1, NEGATIVE, POSITIVE).astype(np.int8)
    return Labelled(data.texts, labels, three=False)
