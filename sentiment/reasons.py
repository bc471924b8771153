"""What an English complaint is about, by a linear model over its words: late, lost luggage, ...

The model learned from complaints to airlines (`trainer/shipped/reasons.py`). It is read from
`reasons.json` beside this module, and asked about the few texts of an alert only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from sentiment.errors import DataError
from sentiment.text import clean, words

UNKNOWN = "unknown"
REASONS = (
    "late",
    "cancelled",
    "service",
    "lost_luggage",
    "damaged_luggage",
    "booking",
    "quality",
    "staff",
    "lines",
)
"""What a complaint may be about; all else is unknown."""
POWER = 0.5
"""A text counts by its number of known words to this power: long ones are no surer."""
_LARGEST_BYTES = 1_000_000
_MOST_CHARS = 600
_READABLE = 0.5
"""Part of a text's words that the model must know: of another language it knows hardly any."""
_SURE = 0.5
"""Below this probability a text's reason is unknown."""
_LEAST_TEXTS, _LEAST_PART = 3, 0.3
"""A reason is that of an alert if so many texts, and so much of them all, name it."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    classes: list[str]
    intercepts: list[float]
    words: dict[str, list[float]]


@dataclass(frozen=True)
class ReasonModel:
    """A linear model over the words of a text.

    Attributes:
        classes: reasons and `unknown`, in the order of the columns.
        intercepts: float64 [classes].
        places: row of each word in `weights`.
        weights: float64 [words, classes].
    """

    classes: Sequence[str]
    intercepts: NDArray[np.float64]
    places: dict[str, int]
    weights: NDArray[np.float64]

    def reason(self, text: str) -> str:
        """What a text complains about; `unknown` below a probability of 0.5 and if the text is
        hardly English."""
        said = words(clean(text[:_MOST_CHARS]))
        found = [self.places[word] for word in said if word in self.places]
        if not found or len(found) < _READABLE * len(said):
            return UNKNOWN
        chances = _chances(self.weights[found].sum(axis=0) / len(found) ** POWER + self.intercepts)
        best = int(chances.argmax())
        return self.classes[best] if chances[best] >= _SURE else UNKNOWN

    def common(self, texts: Iterable[str]) -> str | None:
        """What texts complain about most; None: that is not known.

        At least three texts must name it, 30 % of all, and half of those that name one.
        """
        named = Counter(map(self.reason, texts))
        size = sum(named.values())
        del named[UNKNOWN]
        if not named:
            return None
        reason, count = max(named.items(), key=lambda item: (item[1], item[0]))
        enough = count >= max(_LEAST_TEXTS, _LEAST_PART * size, named.total() / 2)
        return reason if enough else None


def load_reasons(path: Path | None = None) -> ReasonModel:
    """The model that ships, or another one.

    Raises:
        DataError: the file is not what `trainer/shipped/reasons.py` writes.
    """
    path = path or Path(__file__).with_name("reasons.json")
    try:
        with path.open("rb") as file:
            model = _File.model_validate_json(file.read(_LARGEST_BYTES))
    except (OSError, ValidationError) as error:
        raise DataError(f"expected a model of complaint reasons in {path}, got: {error}") from error
    size = len(model.classes)
    whole = all(len(row) == size for row in (model.intercepts, *model.words.values()))
    if not (whole and set(model.classes) <= {*REASONS, UNKNOWN}):
        raise DataError(f"{path}: expected {size} weights of each word, and reasons among "
                        f"{', '.join(REASONS)}.")  # fmt: skip
    return ReasonModel(
        model.classes,
        np.array(model.intercepts),
        {word: place for place, word in enumerate(model.words)},
        np.array(list(model.words.values())).reshape(-1, size),
    )


def _chances(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    grown: NDArray[np.float64] = np.exp(scores - scores.max())
    return grown / float(grown.sum())
