"""Rows of several sources in one table: text, label, and the source that gave the label."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = ("negative", "neutral", "positive")
"""The order of labels and of probabilities everywhere in the trainer."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Source:
    """Where labels come from.

    Attributes:
        name: stands in reports.
        language: ISO 639-1 code of its texts.
        classes: 3, or 2 where its authors left neutral texts out; a row of two classes teaches
            p(negative | not neutral) alone.
        weight: of each row in the loss.
    """

    name: str
    language: str
    classes: int = 3
    weight: float = 1.0


@dataclass(frozen=True)
class Rows:
    """n labelled texts.

    Attributes:
        texts: as they were written.
        labels: int8 [n], an index into `CLASSES`.
        origins: int16 [n], an index into `sources`.
        sources: all sources of the table.
        groups: what a split must not divide, such as a brand; empty where nothing binds rows.
    """

    texts: list[str]
    labels: NDArray[np.int8]
    origins: NDArray[np.int16]
    sources: tuple[Source, ...]
    groups: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def two_class(self) -> Mask:
        """bool [n]: rows whose source leaves neutral texts out."""
        return np.array([source.classes == 2 for source in self.sources], bool)[self.origins]

    @property
    def weights(self) -> NDArray[np.float32]:
        """float32 [n], of the rows' sources."""
        return np.array([source.weight for source in self.sources], np.float32)[self.origins]

    @property
    def languages(self) -> NDArray[np.str_]:
        """str [n], of the rows' sources."""
        return np.array([source.language for source in self.sources])[self.origins]

    def take(self, rows: NDArray[np.int64] | Mask) -> "Rows":
        """Some rows: their numbers, or a mask of all."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Rows(
            [self.texts[row] for row in numbers],
            self.labels[numbers],
            self.origins[numbers],
            self.sources,
            [self.groups[row] for row in numbers],
        )

    def of(self, name: str) -> Mask:
        """bool [n]: the rows of the sources with this name."""
        return np.array([source.name == name for source in self.sources], bool)[self.origins]

    def digest(self) -> str:
        """sha256 over texts, labels and sources in their order, 16 hexadecimal digits."""
        whole = hashlib.sha256(self.labels.tobytes() + self.origins.tobytes())
        whole.update(repr(self.sources).encode())
        for text in self.texts:
            whole.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return whole.hexdigest()[:16]


def rows_of(
    source: Source, texts: list[str], labels: Sequence[int], groups: list[str] | None = None
) -> Rows:
    """A table of one source."""
    return Rows(
        texts,
        np.array(labels, np.int8),
        np.zeros(len(texts), np.int16),
        (source,),
        groups or [""] * len(texts),
    )


def joined(tables: Sequence[Rows]) -> Rows:
    """All rows of several tables, in their order; equal sources become one."""
    sources = tuple(dict.fromkeys(source for table in tables for source in table.sources))
    origins = [
        np.array([sources.index(source) for source in table.sources], np.int16)[table.origins]
        for table in tables
    ]
    return Rows(
        [text for table in tables for text in table.texts],
        np.concatenate([table.labels for table in tables]),
        np.concatenate(origins),
        sources,
        [group for table in tables for group in table.groups],
    )
