"""The ids of many texts in one array, so that nothing is padded."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Ragged:
    """Ids of n texts: those of text i are `ids[offsets[i]:offsets[i + 1]]`.

    Attributes:
        ids: int32, [total].
        offsets: int64, [n + 1], from 0 to total, never falling.
    """

    ids: Ids
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Offsets:
        """Number of ids of each text, [n]."""
        lengths: Offsets = np.diff(self.offsets)
        return lengths


def joined_rows(rows: Sequence[Sequence[int]]) -> Ragged:
    """The ids of each text, end to end."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(np.fromiter(chain.from_iterable(rows), np.int32, int(offsets[-1])), offsets)


def stacked(parts: Sequence[Ragged]) -> Ragged:
    """The texts of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    lengths = np.concatenate([[0], *(part.lengths for part in parts)])
    return Ragged(np.concatenate([part.ids for part in parts]), np.cumsum(lengths))


def found_at(ids: NDArray[Any], base: int, starts: Offsets, offsets: Offsets) -> Ragged:
    """Ids (plus `base`) found at positions `starts` of an array that `offsets` divides."""
    return Ragged(ids.astype(np.int32) + np.int32(base), np.searchsorted(starts, offsets))


def merged(parts: Sequence[Ragged]) -> Ragged:
    """Row by row, the ids of all parts."""
    if len(parts) == 1:
        return parts[0]
    offsets = np.sum([part.offsets for part in parts], axis=0)
    ids = np.empty(int(offsets[-1]), np.int32)
    place = offsets[:-1].copy()
    for part in parts:
        shift = np.repeat(place - part.offsets[:-1], part.lengths)
        ids[shift + np.arange(len(part.ids))] = part.ids
        place += part.lengths
    return Ragged(ids, offsets)
