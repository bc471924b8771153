"""Training, validation and test parts of several sources.

A part goes by a hash of the normalised text, so that it stays the same when sources are added. A
near copy of a test or validation text is left out of training, from whatever source it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import DataError
from trainer.data.tweets import percentile
from trainer.sources.near_copies import near_copies
from trainer.sources.rows import Rows

TEST_ONLY = "test"
"""The group of rows whose authors set them apart for tests."""

_TEST, _VALIDATION = 10, 15


@dataclass(frozen=True)
class Parts:
    """Three parts of the rows; no text, and no near copy of one, stands in two of them.

    Attributes:
        dropped: rows that stand in no part, because they nearly repeat a held-out text or another
            training text.
    """

    train: Rows
    validation: Rows
    test: Rows
    dropped: int


def split_sources(rows: Rows) -> Parts:
    """Divide by the text's hash: 85 % training, 5 % validation, 10 % test."""
    percent = np.array([percentile(text) for text in rows.texts], np.int8)
    test = (percent < _TEST) | _apart(rows)
    validation = ~test & (percent < _VALIDATION)
    return _without_copies(rows, test, validation)


def held_out(rows: Rows) -> Rows:
    """The test part of `split_sources`, which no training has seen; the others are not made."""
    percent = np.array([percentile(text) for text in rows.texts], np.int8)
    return rows.take((percent < _TEST) | _apart(rows))


def without_groups(rows: Rows, held: set[str]) -> Parts:
    """All rows of some groups, such as brands, are the test; no other part has near copies of them.

    Rows that their authors set apart for tests are left out.

    Raises:
        DataError: there is no row of one of the groups.
    """
    lacking = sorted(held - set(rows.groups))
    if lacking:
        known = ", ".join(sorted(set(rows.groups) - {"", TEST_ONLY}))
        raise DataError(f"expected groups among {known or 'none'}, got {', '.join(lacking)}.")
    rows = rows.take(~_apart(rows))
    test = np.array([group in held for group in rows.groups], bool)
    percent = np.array([percentile(text) for text in rows.texts], np.int8)
    return _without_copies(rows, test, ~test & (percent < _VALIDATION - _TEST))


def drawn(rows: Rows, count: int, seed: int) -> Rows:
    """So many rows drawn without replacement, in the order they had."""
    order = np.random.default_rng(seed).permutation(len(rows))[:count]
    return rows.take(np.sort(order))


def some_of_each(rows: Rows, most: int | Sequence[int], seed: int) -> NDArray[np.int64]:
    """Numbers of all rows of small sources, and of so many of each large one, in their order.

    Args:
        rows: of all sources.
        most: of every source, or one number for each of them.
        seed: of the draw.
    """
    random = np.random.default_rng(seed)
    limits = np.broadcast_to(np.asarray(most), len(rows.sources))
    own = [np.flatnonzero(rows.origins == source) for source in range(len(rows.sources))]
    taken = [random.permutation(some)[:limit] for some, limit in zip(own, limits, strict=True)]
    return np.sort(np.concatenate(taken))


def _without_copies(rows: Rows, test: NDArray[np.bool_], validation: NDArray[np.bool_]) -> Parts:
    test_part = rows.take(test)
    rest = np.flatnonzero(~test)
    rest = rest[~near_copies([rows.texts[row] for row in rest], test_part.texts)]
    held = rest[validation[rest]]
    train = rest[~validation[rest]]
    train = train[~near_copies([rows.texts[row] for row in train], rows.take(held).texts)]
    dropped = len(rows) - len(test_part) - len(held) - len(train)
    return Parts(rows.take(train), rows.take(held), test_part, dropped)


def _apart(rows: Rows) -> NDArray[np.bool_]:
    return np.array([group == TEST_ONLY for group in rows.groups], bool)
