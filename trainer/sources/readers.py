"""Readers of labelled files: columns in, rows out; each says what it expected."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sentiment.errors import DataError
from trainer.data.tweets import load_sentiment140
from trainer.sources.rows import CLASSES, Rows, Source, rows_of

_LABELS = {name: number for number, name in enumerate(CLASSES)} | {"objective": 1}
_LEFT_OUT = {"mixed"}
"""Texts of two opinions teach none of the three classes."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_QUOTES = re.compile(r'\\?"{2,}|\\"')


def read_labelled(
    path: Path, source: Source, text: str = "text", label: str = "label", group: str = ""
) -> Rows:
    """Read a UTF-8 CSV file with a header.

    Args:
        path: of the file.
        source: what its rows come from.
        text: the column of texts.
        label: the column of labels: negative, neutral (or objective), positive; `mixed` rows are
            left out.
        group: the column whose values a split keeps together; none where empty.

    Raises:
        DataError: a column is missing, a label is unknown, or the file cannot be read.
    """
    texts, labels, groups = [], [], []
    for number, row in _records(path, {text, label} | ({group} if group else set())):
        if row[label] not in _LEFT_OUT:
            texts.append(unescaped(row[text]))
            labels.append(_class_of(row[label], path, number))
            groups.append(row[group] if group else "")
    return rows_of(source, texts, labels, groups)


def read_pair(texts: Path, labels: Path, source: Source) -> Rows:
    """Read the layout of TweetEval and UMSAB: a text a line, and its label's number a line.

    Raises:
        DataError: the two differ in length, a label is not 0, 1 or 2, or one cannot be read.
    """
    try:
        lines = texts.read_text("utf-8").removesuffix("\n").split("\n")
        numbers = labels.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"expected labelled tweets in {texts}, got: {error}") from error
    if len(lines) != len(numbers) or not set(numbers) <= {"0", "1", "2"}:
        raise DataError(
            f"expected a label 0, 1 or 2 for each of the {len(lines):,} lines of {texts}, got "
            f"{len(numbers):,} labels in {labels}: {', '.join(sorted(set(numbers))[:5])}."
        )
    return rows_of(source, [unescaped(line) for line in lines], [int(one) for one in numbers])


def read_sentiment140(path: Path, source: Source) -> Rows:
    """Read the layout of Sentiment140.

    Raises:
        DataError: the file is of another layout.
    """
    tweets = load_sentiment140(path)
    positive = CLASSES.index("positive")
    labels = np.where(tweets.negative == 1, CLASSES.index("negative"), positive)
    return rows_of(source, tweets.texts, labels.tolist())


def unescaped(text: str) -> str:
    r"""The text behind the escapes that SemEval's downloads left in it.

    >>> unescaped(r"I\u2019m in\u002c thanks")
    'I’m in, thanks'
    """
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace(r"\n", "\n")
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _QUOTES.sub('"', plain)


def _class_of(label: str, path: Path, number: int) -> int:
    if label not in _LABELS:
        raise DataError(
            f"{path}, row {number}: expected a label among {', '.join(_LABELS)}, got {label!r}."
        )
    return _LABELS[label]


def _records(path: Path, wanted: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            lacking = wanted - set(rows.fieldnames or ())
            if lacking:
                raise DataError(
                    f"{path}: expected the columns {', '.join(sorted(wanted))}, got "
                    f"{', '.join(rows.fieldnames or ())}."
                )
            for number, row in enumerate(rows, start=2):
                if any(row[column] is None for column in wanted):
                    raise DataError(f"{path}, row {number}: expected all columns, got fewer.")
                yield number, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"expected labelled tweets in {path}, got: {error}") from error
