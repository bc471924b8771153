"""History as counts: rows of `timestamp,value` and, where known, `negative`."""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from sentiment.errors import BadbuzzError
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import Row, open_table, read_rows
from sentiment.times import day_comes_first, read_time


class HistoryError(BadbuzzError):
    """A history file cannot be read."""


@dataclass(frozen=True, slots=True)
class Count:
    """Mentions of one interval; `negative` is None where only the volume is known."""

    at: datetime
    value: int
    negative: int | None = None

    @property
    def minute(self) -> int:
        """Minutes since 1970; a time without a zone is taken as UTC."""
        return minute_of(self.at)


def minute_of(at: datetime) -> int:
    """Minutes since 1970; a time without a zone is taken as UTC."""
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() // 60)


def read_counts(
    path: Path, rows: Iterable[Row] | None = None, time_column: str | None = None
) -> list[Count]:
    """The rows of a file, by time.

    Args:
        path: of the file.
        rows: of it, where it is open already.
        time_column: by default `timestamp`.

    Raises:
        HistoryError: no `timestamp` and `value` columns, no rows, or a row that does not fit.
    """
    if rows is None:
        with open_table(path, TableFormat()) as table:
            kept = list(read_rows(table))
    else:
        kept = list(rows)
    names = {name.lower(): name for name in (kept[0] if kept else ())}
    time = (time_column or "timestamp").lower()
    if not {time, "value"} <= names.keys():
        raise HistoryError(
            f"{path}: expected columns {time},value and optionally negative, got "
            f"{','.join(names.values()) or 'an empty file'}. Rename the columns, name that of the "
            "times with --time-column, or give scored tweets."
        )
    day_first = day_comes_first(row[names[time]] for row in kept)
    counts = [
        _count(path, number, row, names | {"timestamp": names[time]}, day_first)
        for number, row in enumerate(kept, 2)
    ]
    if len(counts) < 2:
        raise HistoryError(f"{path}: expected at least two rows, got {len(counts)}.")
    return sorted(counts, key=lambda count: count.minute)


def interval_minutes(counts: list[Count]) -> int:
    """Whole minutes from row to row, at the median."""
    seconds = (
        (later.at - earlier.at).total_seconds()
        for earlier, later in pairwise(counts)
        if later.at != earlier.at
    )
    return max(1, round(median(list(seconds) or [60.0]) / 60))


def _count(path: Path, line: int, row: Row, names: dict[str, str], day_first: bool | None) -> Count:
    try:
        at = _as_written(row[names["timestamp"]], day_first)
        value = _whole(row[names["value"]])
        negative = _whole(row[names["negative"]]) if "negative" in names else None
        if negative is not None and negative > value:
            raise ValueError(f"{negative} negatives of {value} mentions")
    except (ValueError, TypeError, AttributeError) as error:
        raise HistoryError(
            f"{path}, line {line}: expected an ISO time and counts of 0 or more, got "
            f"{','.join(str(cell) for cell in row.values())} ({error}). Correct or drop the line."
        ) from None
    return Count(at, value, negative)


def _as_written(value: Any, day_first: bool | None) -> datetime:
    """A row's time; without a zone where it was written in ISO without one."""
    at = read_time(value, day_first, excel=True)
    with suppress(ValueError, TypeError, AttributeError):
        written = datetime.fromisoformat(value.strip())
        return written if written.tzinfo is None else at
    return at


def _whole(cell: Any) -> int:
    number = float(cell)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{cell} is no count")
    return round(number)
