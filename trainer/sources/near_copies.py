"""Finds texts that nearly repeat others: they share half of their runs of four words."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.data.tweets import normalised

_WORDS = 4
_SHARE = 0.5


def near_copies(texts: Sequence[str], of: Iterable[str]) -> NDArray[np.bool_]:
    """bool [n]: the texts of which at least half of the runs of words stand in the others.

    Links, names, case and punctuation do not count. A text of fewer than five words is a copy
    when it is the same as another.

    >>> near_copies(["RT @a: so late again tonight, no answer", "late"], ["so late again tonight"])
    array([False, False])
    >>> near_copies(["@a So late again tonight!"], ["so late again tonight http://a.b"])
    array([ True])
    """
    known: set[str] = set()
    for text in of:
        known.update(_runs(text))
    return np.array([_is_known(_runs(text), known) for text in texts], bool)


def _is_known(runs: list[str], known: set[str]) -> bool:
    return sum(run in known for run in runs) >= _SHARE * len(runs)


def _runs(text: str) -> list[str]:
    words = normalised(text).split()
    if len(words) <= _WORDS:
        return [" ".join(words)]
    return [" ".join(words[start : start + _WORDS]) for start in range(len(words) - _WORDS + 1)]
