"""Where the fields of a tweet stand in a file of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentiment.errors import DataError

_COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("text", "tweet", "full_text", "tweet_text", "content", "body", "message"),
    "id": ("id", "tweet_id", "id_str"),
    "author": ("author", "user", "username", "screen_name", "name"),
    "created_at": (
        "created_at", "event_time", "timestamp", "tweet_created", "datetime", "date", "time",
    ),
    "brand": ("brand",),
    "lang": ("lang", "language"),
}  # fmt: skip
"""Columns that hold a field of a tweet, the first that a file has."""


@dataclass(frozen=True)
class TweetColumns:
    """The columns that people named; None: those of the usual names."""

    text: str | None = None
    time: str | None = None
    brand: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """The columns that were named, by field."""
        named = {"text": self.text, "created_at": self.time, "brand": self.brand}
        return {field: column for field, column in named.items() if column is not None}


def usual_column(field: str, names: Iterable[str]) -> str | None:
    """The column that holds a field, by its usual names, whatever their case."""
    there = {name.lower(): name for name in names}
    return next((there[name] for name in _COLUMNS[field] if name in there), None)


def columns_of(path: Path, header: Sequence[str], told: TweetColumns) -> dict[str, str]:
    """The columns of CSV by the fields that they hold.

    Raises:
        DataError: one that was named is not there, or none holds texts.
    """
    there = {name.lower(): name for name in reversed(header)}
    found: dict[str, str] = {}
    named = told.named
    for field, usual in _COLUMNS.items():
        wanted = (named[field].lower(),) if field in named else usual
        column = next((there[name] for name in wanted if name in there), None)
        if column is not None:
            found[field] = column
        elif field in named or field == "text":
            raise DataError(
                f"{path}: expected a column {' or '.join(wanted[:3])}, got "
                f"{', '.join(header) or 'nothing'}; name the right one, as with --text-column, or "
                "give all names with --columns where the file has no header."
            )
    return found
