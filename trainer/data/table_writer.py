"""Writes files of rows, CSV, JSON Lines or one JSON array, in the format of the file read."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from sentiment.errors import DataError
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import Row

_JSON = {".jsonl", ".ndjson", ".json"}
_HALVES = range(0xD800, 0xE000)


@contextmanager
def row_writer(
    path: Path, columns: Sequence[str], layout: TableFormat
) -> Iterator[Callable[[Row], object]]:
    """Opens a file for rows, CSV or by its ending JSON; it appears when it is complete.

    Args:
        path: of the file.
        columns: of CSV.
        layout: of the file that was read: its encoding and delimiter, and whether it was an array.

    Raises:
        DataError: it cannot be written, or a row does not fit into it.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding=layout.encoding, newline="") as file:
            if not _is_json(path):
                yield _csv_writer(path, file, columns, layout)
            elif path.suffix.lower() == ".json" and layout.kind == "json":
                with _array(file) as write:
                    yield write
            else:
                yield _json_writer(file, "\n")
        temporary.replace(path)
    except OSError as error:
        raise DataError(f"expected to write {path}, got: {error}; name another -o.") from error
    except UnicodeEncodeError as error:
        raise DataError(f"expected to write {path}, got: {error}; {_way_out(error)}.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _way_out(error: UnicodeEncodeError) -> str:
    code = ord(error.object[error.start])
    if code in _HALVES:
        return "only a file that ends in .jsonl has a place for half a character"
    return f"{error.encoding} lacks U+{code:04X}: name --encoding, for example utf-8"


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in _JSON


@contextmanager
def _array(file: TextIO) -> Iterator[Callable[[Row], object]]:
    """One array, an element a line."""
    begun = False
    plain = _json_writer(file, "")

    def write(row: Row) -> None:
        nonlocal begun
        file.write(",\n" if begun else "[\n")
        begun = True
        plain(row)

    yield write
    file.write("\n]\n" if begun else "[]\n")


def _json_writer(file: TextIO, end: str) -> Callable[[Row], object]:
    def write(row: Row) -> None:
        line = json.dumps(row, ensure_ascii=False)
        try:
            line.encode(file.encoding)
        except UnicodeEncodeError:
            line = json.dumps(row)
        file.write(line + end)

    return write


def _csv_writer(
    path: Path, file: TextIO, columns: Sequence[str], layout: TableFormat
) -> Callable[[Row], object]:
    known = set(columns)
    writer = csv.DictWriter(file, columns, delimiter=layout.delimiter or ",")
    writer.writeheader()

    def write(row: Row) -> None:
        if more := sorted(row.keys() - known):
            raise DataError(
                f"{path}: expected rows of {', '.join(columns)}, as the first one, got also "
                f"{', '.join(more)}; CSV has no place for it, a file that ends in .jsonl has."
            )
        writer.writerow(row)

    return write
