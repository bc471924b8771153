"""Reads and writes CSV and JSON Lines files of any size, row by row."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from sentiment.errors import DataError

Row = dict[str, object]
_JSON = {".jsonl", ".ndjson", ".json"}
_LARGEST_FIELD = 1 << 24


@dataclass(frozen=True)
class TableFormat:
    """How a file is written.

    Attributes:
        encoding: of its characters.
        columns: their names where the first line does not give them.
        delimiter: between the fields of CSV.
    """

    encoding: str = "utf-8-sig"
    columns: Sequence[str] = ()
    delimiter: str = ","


def read_rows(
    path: Path, layout: TableFormat, on_bytes: Callable[[int], object] = lambda _: None
) -> Iterator[Row]:
    """Each row of a CSV or, by its ending, JSON Lines file.

    Args:
        on_bytes: called now and then with the number of bytes read so far.

    Raises:
        DataError: the file cannot be read as what it is said to be; names the row.
    """
    number = 0
    try:
        with path.open("rb") as raw, TextIOWrapper(raw, layout.encoding, newline="") as file:
            for number, row in enumerate(_rows(path, file, layout), start=1):
                if number % 1_000 == 1:
                    on_bytes(raw.tell())
                yield row
            on_bytes(path.stat().st_size)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}, after row {number}: expected {layout.encoding} text, got {error.reason}; "
            "name the file's encoding with --encoding, for example latin-1."
        ) from error
    except (OSError, csv.Error, ValueError, LookupError) as error:
        raise DataError(f"{path}, after row {number}: {error}") from error


@contextmanager
def row_writer(path: Path, columns: Sequence[str]) -> Iterator[Callable[[Row], object]]:
    """Opens a file for rows, CSV or by its ending JSON Lines; it appears when it is complete."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            if path.suffix in _JSON:
                yield lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                writer = csv.DictWriter(file, columns, extrasaction="ignore")
                writer.writeheader()
                yield writer.writerow
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def column(row: Row, name: str, path: Path) -> str:
    """A field as text.

    Raises:
        DataError: the row has no such column.
    """
    try:
        value = row[name]
    except KeyError:
        raise DataError(
            f"{path}: expected a column {name!r}, got {', '.join(map(str, row))}; name the right "
            "one, or give all names with --columns where the file has no header."
        ) from None
    return "" if value is None else str(value)


def _rows(path: Path, file: TextIO, layout: TableFormat) -> Iterator[Row]:
    if path.suffix in _JSON:
        for line in file:
            if line.strip():
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError(f"expected a JSON object a line, got {line[:60].strip()}")
                yield row
        return
    csv.field_size_limit(_LARGEST_FIELD)
    names = list(layout.columns) or None
    yield from csv.DictReader(file, names, delimiter=layout.delimiter)
