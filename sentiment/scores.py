"""What a version says of many texts: probabilities by class, and labels with plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentiment.messages import Label

Probabilities = NDArray[np.float32]
Rows = slice | NDArray[np.integer]

_DIGITS = 6


class Answer(NamedTuple):
    """The label of one text and its probabilities, rounded to six digits.

    `p_neutral` and `p_positive` are None from a version of two classes, all are None where the
    text is unsupported. `lang_detected` is what the text itself was taken for, None where the
    version does not tell.
    """

    label: Label
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    lang_detected: str | None = None


UNSUPPORTED = Answer("unsupported", None, None, None)


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities of n texts, each float32 [n].

    Attributes:
        p_negative: of a version of two classes, against positive; of three, against both others.
        p_neutral: None from a version of two classes.
        p_positive: likewise; then it is 1 - p_negative.
        p_known: the model's own probability that it can judge the text; None if it gives none.
        language: number of the text's language among those of the card; None if it gives none.
    """

    p_negative: Probabilities
    p_neutral: Probabilities | None = None
    p_positive: Probabilities | None = None
    p_known: Probabilities | None = None
    language: Probabilities | None = None

    def __len__(self) -> int:
        return len(self.p_negative)

    def __getitem__(self, rows: Rows) -> "Scores":
        """The scores of some texts."""
        return Scores(*(None if column is None else column[rows] for column in self._columns))  # type: ignore[arg-type]

    @property
    def three(self) -> bool:
        """Whether the scores include neutral."""
        return self.p_neutral is not None

    @property
    def probabilities(self) -> Probabilities:
        """float32 [n, 3] (negative, neutral, positive), or [n, 2] (negative, positive)."""
        if self.p_neutral is None or self.p_positive is None:
            return np.column_stack([self.p_negative, 1 - self.p_negative])
        return np.column_stack([self.p_negative, self.p_neutral, self.p_positive])

    def as_two(self) -> "Scores":
        """What a version of two classes would say: p_negative among the texts that are not
        neutral. A version of two classes says that already."""
        if self.p_positive is None:
            return self
        either = np.maximum(self.p_negative + self.p_positive, np.finfo(np.float32).tiny)
        return replace(self, p_negative=self.p_negative / either, p_neutral=None, p_positive=None)

    def split(self, sizes: Sequence[int]) -> list["Scores"]:
        """The scores of neighbouring parts of `sizes` texts."""
        edges = np.cumsum([0, *sizes]).tolist()
        return [self[first:last] for first, last in pairwise(edges)]

    def are_probabilities(self) -> bool:
        """Whether all numbers lie between 0 and 1."""
        there = [column for column in self._columns[:-1] if column is not None]
        return all(bool(np.all((column >= 0) & (column <= 1))) for column in there)

    def answers(self, labels: Sequence[Label], languages: Sequence[str] = ()) -> list[Answer]:
        """Labels and rounded probabilities of all texts; unsupported ones have none.

        Args:
            labels: of the texts.
            languages: of the card, which `language` counts.
        """
        columns = zip(
            labels,
            _plain(self.p_negative),
            _plain(self.p_neutral) if self.p_neutral is not None else repeat(None),
            _plain(self.p_positive) if self.p_positive is not None else repeat(None),
            _named(self.language, languages) if self.language is not None else repeat(None),
            strict=False,
        )
        answers = list(map(Answer._make, columns))
        if "unsupported" not in labels:
            return answers
        return [UNSUPPORTED if answer[0] == "unsupported" else answer for answer in answers]

    @property
    def _columns(self) -> list[Probabilities | None]:
        return [getattr(self, field.name) for field in fields(self)]


def joined(parts: Sequence[Scores]) -> Scores:
    """The scores of all parts, of one version, one part after the other."""
    columns = zip(*(part._columns for part in parts), strict=True)
    return Scores(
        *(None if column[0] is None else np.concatenate(column) for column in columns)  # type: ignore[arg-type]
    )


def _plain(column: Probabilities) -> list[float]:
    """Python's numbers; graphs that leave [0, 1] by a rounding error are put right."""
    numbers: list[float] = column.astype(np.float64).round(_DIGITS).clip(0, 1).tolist()
    return numbers


def _named(column: Probabilities, languages: Sequence[str]) -> list[str]:
    names: list[str] = np.array(languages, object)[column.astype(np.intp)].tolist()
    return names
