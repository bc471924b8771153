"""From a file of tweets to a brand's past."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sentiment.alerts import at_minute
from sentiment.brands.finder import BrandFinder
from sentiment.brands.past import BrandPast
from sentiment.brands.record import Brand, brand_key
from sentiment.errors import DataError
from sentiment.hours import BrandHour
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import OpenTable, open_table, read_rows
from sentiment.reading.tweet_columns import TweetColumns
from sentiment.scorer import Scorer
from stream.backtest.rescore import rescored
from stream.backtest.scored import Scored, by_time, read_scored
from stream.buzz.detector import Detector
from stream.buzz.options import HOUR, BuzzOptions
from stream.buzz.share import rates_of
from stream.learning.gap import UpToNow, bring_up_to
from stream.learning.learn import known_minutes, learn
from stream.learning.record import as_past


class Learned(NamedTuple):
    """A brand's past, and what a person wants to know about it.

    Attributes:
        rows: of the file.
        history: what was made of its mentions.
        warmup_hours: that are still missing until the brand can raise alerts; 0: it is watched.
    """

    past: BrandPast
    rows: int
    history: UpToNow
    warmup_hours: int


def learn_from(
    file: Path,
    told: TableFormat,
    columns: TweetColumns,
    brand: Brand,
    scorer: Scorer,
    options: BuzzOptions,
    say: Callable[[str], object],
) -> Learned:
    """Learn a brand's past from the tweets of a file that name it.

    Args:
        file: with texts and times.
        told: of its format.
        columns: of the tweets' fields.
        brand: rows that name it in their text, or in their column of brands, are its mentions.
        scorer: what the workers score with.
        options: of the workers' detector.
        say: told what goes on.

    Raises:
        DataError: the file cannot be read, or no tweet of it is about the brand.
    """
    tweets, rows = _mentions(file, told, columns, brand)
    say(f"Scoring {len(tweets):,} tweets with {scorer.model.name} {scorer.model.version}.")
    sightings = [one.sighting for one in rescored(by_time(tweets), scorer)]
    now = datetime.now(UTC)
    minute = int(now.timestamp() // 60) - options.lateness_minutes
    history = bring_up_to(minute, sightings)
    if not history.sightings:
        raise DataError(f"{file}: expected tweets of the past, got only later ones than now.")
    detector = Detector(options, rates_of(scorer.model.version, scorer.card))
    ended: list[BrandHour] = []
    state = learn(brand.name, history.sightings, detector, minute, ended)
    span = at_minute(sightings[0].minute), at_minute(sightings[-1].minute)
    hours = _real(ended, history)
    past = as_past(state, len(tweets), span, now, scorer.model.version, hours)
    missing = options.warmup_hours * HOUR - known_minutes(state, options.step_minutes)
    return Learned(past, rows, history, max(-(-missing // HOUR), 0))


def _real(ended: Iterable[BrandHour], history: UpToNow) -> list[BrandHour]:
    """The hours of the file itself, at their own times: no days that stand for others."""
    moved, until = timedelta(weeks=history.weeks), at_minute(history.real_until)
    return [
        hour.model_copy(update={"start": hour.start - moved})
        for hour in ended
        if hour.start + timedelta(hours=1) <= until
    ]


def _mentions(
    file: Path, told: TableFormat, columns: TweetColumns, brand: Brand
) -> tuple[list[Scored], int]:
    finder = BrandFinder({brand.name: brand})
    found, rows = [], 0
    with open_table(file, told, columns.text or "text") as table:
        _require_columns(table, columns)
        for one in read_scored(file, read_rows(table), columns):
            rows += 1
            if brand_key(one.brand) == brand.key or finder.find(one.sighting.text):
                found.append(one)
    if not found:
        called = ", ".join((*brand.handles, *brand.names))
        raise DataError(
            f"{file}: expected tweets about {brand.name}, got {rows:,} rows of which none holds "
            f"{called}; add the names that they use with --name or --handle, or say with "
            "--brand-column which column names the brand."
        )
    return found, rows


def _require_columns(table: OpenTable, columns: TweetColumns) -> None:
    """Of JSON each row has names of its own."""
    missing = [name for name in columns.named.values() if name not in (table.header or (name,))]
    if missing:
        raise DataError(
            f"{table.path}: expected the columns {', '.join(missing)}, got "
            f"{', '.join(table.header or ())}; name the right ones."
        )
