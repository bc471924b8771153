"""What the fast model learns from: ids, shares of the classes, and how much each text counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.ragged import Ragged, stacked
from trainer.sources.rows import CLASSES, Rows

NO_OFFSET = -1
"""Origin of texts of three classes: how negative a brand or a language is has to be learned."""


@dataclass(frozen=True)
class Lesson:
    """n texts.

    Attributes:
        ids: of the texts.
        shares: float32 [n, 3], of negative, neutral, positive, adding up to 1; labels or a
            teacher's opinion.
        weights: float32 [n], in the loss.
        two_class: bool [n]; such a text teaches negative against positive alone.
        origins: int32 [n], which source's offset is added to its logits; `NO_OFFSET` for none.
    """

    ids: Ragged
    shares: NDArray[np.float32]
    weights: NDArray[np.float32]
    two_class: NDArray[np.bool_]
    origins: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.weights)


def labelled(rows: Rows, ids: Ragged) -> Lesson:
    """Rows of sources with hard labels; a two-class source has an offset of its own."""
    shares = np.eye(len(CLASSES), dtype=np.float32)[rows.labels]
    origins = np.where(rows.two_class, rows.origins, NO_OFFSET).astype(np.int32)
    return Lesson(ids, shares, rows.weights, rows.two_class, origins)


def soft(ids: Ragged, shares: NDArray[np.floating], weight: float, origin: int) -> Lesson:
    """Texts of one origin with shares of all three classes."""
    count = len(ids)
    return Lesson(
        ids,
        np.asarray(shares, np.float32).reshape(count, len(CLASSES)),
        np.full(count, weight, np.float32),
        np.zeros(count, bool),
        np.full(count, origin, np.int32),
    )


def together(lessons: Sequence[Lesson]) -> Lesson:
    """All texts of several lessons."""
    return Lesson(
        stacked([one.ids for one in lessons]),
        np.concatenate([one.shares for one in lessons]),
        np.concatenate([one.weights for one in lessons]),
        np.concatenate([one.two_class for one in lessons]),
        np.concatenate([one.origins for one in lessons]),
    )
