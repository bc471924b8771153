"""Reads and writes CSV and JSON Lines files of any size, row by row."""

import codecs
import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from sentiment.errors import DataError

Row = dict[str, object]
_JSON = {".jsonl", ".ndjson", ".json"}
_LARGEST_FIELD = 1 << 24
_UNREADABLE = (OSError, csv.Error, ValueError, LookupError)
_HALVES = range(0xD800, 0xE000)


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
    except _UNREADABLE as error:
        raise _unreadable(path, layout, number, error) from error


def header(path: Path, layout: TableFormat) -> list[str] | None:
    """The columns of a CSV file, rows or not; None: JSON Lines, where each row has its own.

    Raises:
        DataError: the file cannot be read as what it is said to be.
    """
    if _is_json(path):
        return None
    try:
        with path.open(encoding=layout.encoding, newline="") as file:
            return list(_csv_reader(file, layout).fieldnames or ())
    except _UNREADABLE as error:
        raise _unreadable(path, layout, 0, error) from error


@contextmanager
def row_writer(
    path: Path, columns: Sequence[str], layout: TableFormat
) -> Iterator[Callable[[Row], object]]:
    """Opens a file for rows, CSV or by its ending JSON Lines; it appears when it is complete.

    Raises:
        DataError: it cannot be written, or a row does not fit into it.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding=layout.encoding, newline="") as file:
            yield _json_writer(file) if _is_json(path) else _csv_writer(path, file, columns, layout)
        temporary.replace(path)
    except OSError as error:
        raise DataError(f"expected to write {path}, got: {error}; name another -o.") from error
    except UnicodeEncodeError as error:
        raise DataError(f"expected to write {path}, got: {error}; {_way_out(error)}.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def as_read(path: Path, layout: TableFormat) -> TableFormat:
    """The layout with which a file that was read is written: a mark of UTF-8 only if it has one."""
    if layout.encoding.lower().replace("_", "-") != "utf-8-sig":
        return layout
    with path.open("rb") as file:
        has_mark = file.read(3) == codecs.BOM_UTF8
    return layout if has_mark else replace(layout, encoding="utf-8")


def column(row: Row, name: str, path: Path) -> str:
    """A field as text; half a character of two halves, which JSON can hold, becomes a mark.

    Raises:
        DataError: the row has no such column.
    """
    try:
        value = row[name]
    except KeyError:
        there = ", ".join(map(str, row)) or "nothing"
        raise DataError(
            f"{path}: expected a column {name!r}, got {there}; name the right one, or "
            "give all names with --columns where the file has no header."
        ) from None
    text = "" if value is None else str(value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unreadable(path: Path, layout: TableFormat, number: int, error: Exception) -> DataError:
    if isinstance(error, UnicodeDecodeError):
        return DataError(
            f"{path}, after row {number}: expected {layout.encoding} text, got {error.reason}; "
            "name the file's encoding with --encoding, for example latin-1."
        )
    return DataError(f"{path}, after row {number}: {error}")


def _way_out(error: UnicodeEncodeError) -> str:
    code = ord(error.object[error.start])
    if code in _HALVES:
        return "only a file that ends in .jsonl has a place for half a character"
    return f"{error.encoding} lacks U+{code:04X}: name --encoding, for example utf-8"


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in _JSON


def _json_writer(file: TextIO) -> Callable[[Row], object]:
    def write(row: Row) -> None:
        line = json.dumps(row, ensure_ascii=False)
        try:
            line.encode(file.encoding)
        except UnicodeEncodeError:
            line = json.dumps(row)
        file.write(line + "\n")

    return write


def _csv_writer(
    path: Path, file: TextIO, columns: Sequence[str], layout: TableFormat
) -> Callable[[Row], object]:
    known = set(columns)
    writer = csv.DictWriter(file, columns, delimiter=layout.delimiter)
    writer.writeheader()

    def write(row: Row) -> None:
        if more := sorted(row.keys() - known):
            raise DataError(
                f"{path}: expected rows of {', '.join(columns)}, as the first one, got also "
                f"{', '.join(more)}; CSV has no place for it, a file that ends in .jsonl has."
            )
        writer.writerow(row)

    return write


def _rows(path: Path, file: TextIO, layout: TableFormat) -> Iterator[Row]:
    yield from _json_rows(file) if _is_json(path) else _csv_rows(file, layout)


def _json_rows(file: TextIO) -> Iterator[Row]:
    for line in file:
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError(f"expected a JSON object a line, got {line[:60].strip()}")
            yield row


def _csv_rows(file: TextIO, layout: TableFormat) -> Iterator[Row]:
    reader = _csv_reader(file, layout)
    names = list(reader.fieldnames or ())
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"expected each column once, got {', '.join(twice)} twice; rename one")
    for row in reader:
        if None in row:
            raise ValueError(
                f"line {reader.line_num}: expected {len(names)} fields, got "
                f"{len(names) + len(row[None])}; put quotes around a field that holds the "
                f"delimiter {layout.delimiter!r}, or name another with --delimiter"
            )
        yield row


def _csv_reader(file: TextIO, layout: TableFormat) -> "csv.DictReader[str]":
    csv.field_size_limit(_LARGEST_FIELD)
    return csv.DictReader(file, list(layout.columns) or None, delimiter=layout.delimiter)
