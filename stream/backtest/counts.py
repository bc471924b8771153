"""History as counts: a CSV of `timestamp,value` and, where known, `negative`."""

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from sentiment.errors import BadbuzzError


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


def read_counts(path: Path) -> list[Count]:
    """The rows of a CSV file, by time.

    Raises:
        HistoryError: no `timestamp` and `value` columns, no rows, or a row that does not fit.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        names = {name.strip().lower(): name for name in rows.fieldnames or []}
        if not {"timestamp", "value"} <= names.keys():
            raise HistoryError(
                f"{path}: expected columns timestamp,value and optionally negative, got "
                f"{','.join(rows.fieldnames or []) or 'an empty file'}. Rename the columns, or "
                "give scored history as .jsonl."
            )
        counts = [_count(path, number, row, names) for number, row in enumerate(rows, 2)]
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


def _count(path: Path, line: int, row: dict[str, str], names: dict[str, str]) -> Count:
    try:
        at = datetime.fromisoformat(row[names["timestamp"]].strip())
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


def _whole(cell: str) -> int:
    number = float(cell)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{cell} is no count")
    return round(number)
