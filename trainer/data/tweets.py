"""Labelled tweets: the Sentiment140 layout, and a split that duplicates cannot straddle."""

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import DataError
from sentiment.text import normalise

SENTIMENT140 = "training.1600000.processed.noemoticon.csv"
_COLUMNS = ("target", "id", "date", "flag", "user", "text")
_TARGETS = {"0": 1, "4": 0}
_NEUTRAL = "2"

_MARKS = re.compile(r"https?://\S+|www\.\S+|@\w+|[\W_]+")


@dataclass(frozen=True)
class Tweets:
    """Labelled texts.

    Attributes:
        texts: n texts, as they were written.
        negative: int8 [n], 1 where the text is negative, else 0.
    """

    texts: list[str]
    negative: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Tweets":
        """Some rows: their numbers, or a mask of all."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Tweets([self.texts[row] for row in numbers], self.negative[numbers])

    def digest(self) -> str:
        """sha256 over texts and labels in their order, 16 hexadecimal digits."""
        whole = hashlib.sha256(self.negative.tobytes())
        for text in self.texts:
            whole.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return whole.hexdigest()[:16]


@dataclass(frozen=True)
class Split:
    """Three parts of the data; no normalised text is in two of them."""

    train: Tweets
    validation: Tweets
    test: Tweets


def load_sentiment140(path: Path) -> Tweets:
    """Read the Sentiment140 layout: latin-1, six quoted columns, target 0 (negative) or 4.

    Rows of target 2 (neutral, in the hand-labelled test file) are left out.

    Raises:
        DataError: the file is missing, or a row is of another layout.
    """
    texts, targets = [], []
    number = 0
    try:
        with path.open(encoding="latin-1", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if len(row) != len(_COLUMNS) or row[0] not in ("0", "2", "4"):
                    raise DataError(
                        f"{path}, row {number}: expected the columns {', '.join(_COLUMNS)} with "
                        f"target 0 or 4, got {len(row)} columns; is this Sentiment140?"
                    )
                if row[0] != _NEUTRAL:
                    texts.append(repair(row[5]))
                    targets.append(_TARGETS[row[0]])
    except csv.Error as error:
        raise DataError(
            f"{path}, after row {number}: expected a row of {len(_COLUMNS)} columns, got: {error}; "
            "look there for a quote that is not closed."
        ) from error
    except OSError as error:
        raise DataError(f"expected tweets in {path}, got: {error}") from error
    return Tweets(texts, np.array(targets, np.int8))


def repair(text: str) -> str:
    """Text that was UTF-8, was read as latin-1 and holds signs beyond ASCII, put right."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def normalised(text: str) -> str:
    """What two tweets share when one repeats the other: their words, without links and names."""
    return _MARKS.sub(" ", normalise(text).lower()).strip()


def split(tweets: Tweets, test_percent: int = 10, validation_percent: int = 10) -> Split:
    """Divide by a hash of the normalised text, so that a text's part never depends on the rest."""
    parts = np.array([percentile(text) for text in tweets.texts], np.int8)
    test = parts < test_percent
    validation = ~test & (parts < test_percent + validation_percent)
    return Split(tweets.take(~test & ~validation), tweets.take(validation), tweets.take(test))


def require_usable(parts: Split) -> None:
    """Refuse parts that nothing can be learned from, or measured on.

    Raises:
        DataError: training lacks a label, or the validation or the test part is empty.
    """
    negative = int(parts.train.negative.sum())
    positive = len(parts.train) - negative
    if positive and negative and len(parts.validation) and len(parts.test):
        return
    raise DataError(
        "expected training rows of both labels, and validation and test rows, got "
        f"{positive:,} positive and {negative:,} negative training rows, "
        f"{len(parts.validation):,} validation and {len(parts.test):,} test rows; give more tweets "
        "of both labels. Sentiment140 is sorted by label: draw from the whole file, as "
        "`badbuzz train --rows 100000` does, rather than cut its beginning off."
    )


def with_more(parts: Split, more: Tweets) -> Split:
    """Add rows to the training part, but for those whose text belongs to another part."""
    wanted = split(more).train
    return Split(joined([parts.train, wanted]), parts.validation, parts.test)


def drawn(tweets: Tweets, rows: int, seed: int) -> Tweets:
    """A sample of `rows` rows without replacement, in their original order."""
    order = np.random.default_rng(seed).permutation(len(tweets))[:rows]
    return tweets.take(np.sort(order))


def percentile(text: str) -> int:
    """0 to 99, by a hash of the normalised text: the place of a text in every split."""
    key = normalised(text).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "big") % 100


def joined(parts: Sequence[Tweets]) -> Tweets:
    """All rows of several sets, in their order."""
    return Tweets(
        [text for part in parts for text in part.texts],
        np.concatenate([part.negative for part in parts]),
    )
