"""Tweets from files, for a replay: rows of any table, or the made-up sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson

from sentiment.errors import BadMessageError
from sentiment.messages import Tweet
from sentiment.reading.bytes_of_files import STANDARD_INPUT
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import OpenTable, Row, RowError, open_table
from sentiment.reading.tweet_columns import TweetColumns, columns_of
from sentiment.reading.tweets import Nulled, tweet_of
from sentiment.sample import sample_tweets
from sentiment.times import TimeError, day_comes_first, read_time
from stream.replay.shuffled import shuffled_rows

SENTIMENT140 = "training.1600000.processed.noemoticon.csv"
_SAMPLE_SIZE = 20_000
_LOOKED_AT = 500


def read_tweets(
    path: Path,
    written: TableFormat,
    columns: TweetColumns,
    max_text_chars: int,
    shuffled: bool = False,
    nulled: Nulled | None = None,
) -> Iterator[Tweet | BadMessageError]:
    """Tweets of a file, in its order or at random; what cannot be read, as an error in its place.

    Args:
        path: the file; `-` is standard input.
        written: what is said of its format.
        columns: of the tweets' fields.
        max_text_chars: a longer text is an error.
        shuffled: in a random order, the same each time. The whole file is held in memory.
        nulled: counts optional fields that cannot be read.

    Raises:
        DataError: the file cannot be read as what it is said to be, or lacks a column.
    """
    with open_table(path, written, columns.text or "text") as table:
        make, rows = _maker(table, columns, shuffled_rows(table) if shuffled else table.rows())
        for number, row in enumerate(rows, start=1):
            try:
                if isinstance(row, RowError):
                    raise BadMessageError(row.reason, row.detail)
                yield _short(tweet_of(make.fields(row, number), nulled), max_text_chars)
            except BadMessageError as error:
                yield error


def sample_history() -> Iterator[Tweet]:
    """The project's own made-up tweets."""
    for number, (text, _) in enumerate(sample_tweets(_SAMPLE_SIZE), start=1):
        yield Tweet(id=f"sample-{number}", text=text, lang="en")


@dataclass
class _Maker:
    """Turns rows into the fields of a tweet.

    Attributes:
        path: of the file.
        columns: by field, where they are known; of CSV all, of JSON those that were named.
        of_csv: whether the rows have no other names than those columns'.
        day_first: how the file writes `2/3/2026`.
    """

    path: Path
    columns: dict[str, str]
    of_csv: bool
    day_first: bool | None

    def fields(self, row: Row, number: int) -> dict[str, Any]:
        fields = {} if self.of_csv else dict(row)
        for name, column in self.columns.items():
            value = row.get(column)
            fields[name] = None if value == "" and name != "text" else value
        if self.of_csv or "created_at" in self.columns:
            fields["created_at"] = self._moment(fields.get("created_at"))
        if self.of_csv and fields.get("id") is None:
            fields["id"] = f"{self.path.stem or 'row'}-{number}"
        return fields

    def _moment(self, value: object) -> object:
        """A time, in the file's own order of day and month; what cannot be read, as it is."""
        try:
            return None if value is None else read_time(value, self.day_first, excel=True)
        except TimeError:
            return value


def _maker(
    table: OpenTable, named: TweetColumns, rows: Iterator[Row | RowError]
) -> tuple[_Maker, Iterator[Row | RowError]]:
    """What makes tweets of the rows, and the rows."""
    if table.header is None:
        return _Maker(table.path, named.named, of_csv=False, day_first=None), rows
    columns = columns_of(table.path, table.header, named)
    # What comes through a pipe may be long in coming.
    first = list(islice(rows, 0 if str(table.path) == STANDARD_INPUT else _LOOKED_AT))
    time = columns.get("created_at", "")
    times = (row.get(time) for row in first if not isinstance(row, RowError))
    made = _Maker(table.path, columns, of_csv=True, day_first=day_comes_first(times))
    return made, chain(first, rows)


def _short(tweet: Tweet, most: int) -> Tweet:
    if len(tweet.text) > most:
        raise BadMessageError(
            "too_long",
            f"expected a text of at most {most} characters, got {len(tweet.text)}; shorten it, or "
            "raise BADBUZZ_MAX_TEXT_CHARS",
        )
    return tweet


def to_json(tweet: Tweet) -> bytes:
    """A tweet as the bytes of a record: without the fields that it does not have."""
    return orjson.dumps(
        {name: value for name, value in tweet.__dict__.items() if value is not None}
    )
