"""History as scored tweets: rows of what `tweets.scored` or `brand.mentions` holds."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from sentiment.errors import DataError
from sentiment.messages import Identifier, Probability, Text
from sentiment.reading.tables import Row, text_of
from sentiment.reading.tweet_columns import TweetColumns, usual_column
from sentiment.times import Moment, TimeError, day_comes_first, read_time
from stream.backtest.counts import HistoryError, minute_of
from stream.buzz.detector import Sighting
from stream.buzz.duplicates import author_digest, text_digest

_LOOKED_AT = 500
_OTHERS = ("id", "p_negative", "p_positive", "label", "model_version", "lang")


class _Line(BaseModel):
    """What the back-test needs of a row."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    text: Text
    event_time: Moment
    id: Identifier = "-"
    brand: str | None = None
    author: str | None = None
    p_negative: Probability | None = None
    p_positive: Probability | None = None
    label: str | None = None
    model_version: str = ""
    lang: str | None = None


class Scored(NamedTuple):
    """A tweet of a history: its brand, what the detector takes of it, and its language."""

    brand: str
    sighting: Sighting
    lang: str | None = None


def by_time(tweets: Iterable[Scored]) -> list[Scored]:
    """Tweets in the order of their minutes, all held in memory: files come newest first, too."""
    return sorted(tweets, key=lambda one: one.sighting.minute)


def read_scored(path: Path, rows: Iterable[Row], columns: TweetColumns) -> Iterator[Scored]:
    """Each row as a tweet, in the order of the file.

    The time is `event_time`, else `created_at` and its like; a row without a brand belongs to the
    brand `all`; without `p_negative` the label counts.

    Raises:
        HistoryError: a row does not fit.
    """
    iterator = iter(rows)
    first = list(islice(iterator, _LOOKED_AT))
    order = day_comes_first(row.get(_time_column(row, columns)) for row in first)
    for number, row in enumerate(chain(first, iterator), 1):
        yield _sighting(path, number, row, columns, order)


def _time_column(row: Row, columns: TweetColumns) -> str:
    own = "event_time" if row.get("event_time") else None
    return columns.time or own or usual_column("created_at", row) or ""


def _sighting(
    path: Path, number: int, row: Row, columns: TweetColumns, day_first: bool | None
) -> Scored:
    fields: dict[str, Any] = {
        name: row[name] for name in _OTHERS if row.get(name) not in (None, "")
    }
    try:
        fields["text"] = text_of(row, columns.text or usual_column("text", row) or "text", path)
        time = row.get(_time_column(row, columns))
        fields["event_time"] = read_time(time, day_first, excel=True)
        fields["brand"] = row.get(columns.brand or "brand") or None
        author = row.get(usual_column("author", row) or "")
        fields["author"] = None if author in (None, "") else str(author)
        line = _Line.model_validate(fields)
    except (ValidationError, TimeError, DataError) as error:
        raise HistoryError(
            f"{path}, line {number}: expected a row with text, a time (event_time, created_at or "
            f"timestamp) and p_negative or label: {error}"
        ) from None
    sighting = Sighting(
        minute_of(line.event_time),
        _probability(line),
        line.model_version,
        text_digest(line.text),
        line.text,
        line.id,
        author_digest(line.author),
        _praise(line),
    )
    return Scored(line.brand or "all", sighting, line.lang)


def _praise(line: _Line) -> float | None:
    if line.p_negative is None and line.label == "neutral":
        return 0.0
    return line.p_positive


def _probability(line: _Line) -> float | None:
    if line.p_negative is not None:
        return line.p_negative
    return {"negative": 1.0, "neutral": 0.0, "positive": 0.0, "uncertain": 0.5}.get(
        line.label or ""
    )
