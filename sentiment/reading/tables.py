"""Reads files of rows of any size, row by row: CSV, JSON Lines, JSON; packed, or from a pipe."""

import csv
import io
import json
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import orjson

from sentiment.errors import BadMessageError, DataError
from sentiment.normal_form import without_surrogates
from sentiment.reading.bytes_of_files import (
    HEAD_BYTES,
    STANDARD_INPUT,
    open_bytes,
    without_packing,
)
from sentiment.reading.json_text import decode_json
from sentiment.reading.statuses import as_tweet
from sentiment.reading.table_format import TableFormat, found_format

Row = dict[str, Any]
_LARGEST_FIELD = 1 << 24
_NAMED = 10
_LARGEST_ITEM = 1 << 24
_UNREADABLE = (
    OSError, EOFError, csv.Error, ValueError, LookupError,
    zlib.error, zipfile.BadZipFile, lzma.LZMAError,
)  # fmt: skip
"""What a file that is not what it seems to be raises, while it is read."""
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
_SPACE = re.compile(r"[\s,]*")


class RowError(DataError):
    """A row cannot be read; those after it can.

    Args:
        reason: as that of a dead letter.
        detail: what was expected, what came and what to do.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class OpenTable:
    """A file of rows, open.

    Attributes:
        format: in which it is written.
        header: columns of CSV, rows or not; None: each row of JSON has its own.
    """

    def __init__(self, raw: io.BufferedReader, path: Path, told: TableFormat, column: str) -> None:
        head = raw.peek(HEAD_BYTES)[:HEAD_BYTES]
        self.format = found_format(head, told, column, without_packing(path).suffix)
        self.path = path
        self._raw = raw
        encoding, errors = self.format.encoding or "utf-8", self.format.errors
        escaped = "replace" if errors == "replace" else "surrogateescape"
        self._file = TextIOWrapper(raw, encoding, errors=escaped, newline="")
        self._file.read(self.format.skipped)
        self._csv: csv.DictReader[str] | None = None
        if self.format.kind == "csv":
            csv.field_size_limit(_LARGEST_FIELD)
            names = list(self.format.columns) or None
            delimiter = self.format.delimiter or ","
            self._csv = csv.DictReader(self._file, names, restval="", delimiter=delimiter)
        self.header = self._header()

    def rows(self, lines: Iterable[str] | None = None) -> Iterator[Row | RowError]:
        """Each row, or why it cannot be read.

        Args:
            lines: of CSV or JSON Lines, in place of those of the file.

        Raises:
            DataError: the file cannot be read on.
        """
        if lines is not None and self._csv is not None:
            again = self._csv.reader.dialect.delimiter
            rows = self._csv_rows(csv.DictReader(lines, self.header, restval="", delimiter=again))
        elif self._csv is not None:
            rows = self._csv_rows(self._csv)
        else:
            rows = self._json_rows(lines or self._file)
        number = 0
        try:
            for row in rows:
                number += 1
                yield row if isinstance(row, RowError) else self._whole(row)
        except _UNREADABLE as error:
            raise _unreadable(self.path, number, error) from error

    @property
    def packed(self) -> bool:
        """Whether the rows stand elsewhere than in the file's own bytes."""
        return str(self.path) == STANDARD_INPUT or not isinstance(self._raw.raw, io.FileIO)

    def read_bytes(self) -> int:
        """How many bytes were read so far."""
        return self._raw.tell()

    def _header(self) -> list[str] | None:
        if self._csv is None:
            return None
        names = [_plain(name) for name in self._csv.fieldnames or ()]
        self._csv.fieldnames = names
        if twice := sorted(name for name, times in Counter(names).items() if times > 1):
            some = ", ".join(twice[:_NAMED])
            raise ValueError(f"expected each column once, got {some} twice; rename one")
        return names

    def _whole(self, row: Row) -> Row | RowError:
        """A row without broken bytes."""
        for name, value in row.items():
            if not isinstance(value, str) or value.isascii():
                continue
            if found := _BROKEN_BYTE.search(value):
                return self._broken(ord(found[0]) - 0xDC00, str(name))
        return row

    def _broken(self, byte: int, place: str) -> RowError:
        return RowError(
            "encoding",
            f"{place}: expected {self.format.encoding} text, got byte 0x{byte:02x}; name the "
            "file's encoding with --encoding, for example latin-1, or give --errors replace.",
        )

    def _csv_rows(self, reader: "csv.DictReader[str]") -> Iterator[Row | RowError]:
        names = reader.fieldnames or ()
        for row in reader:
            if None in row:
                more: Any = row[None]
                yield RowError(
                    "type",
                    f"line {reader.line_num}: expected {len(names)} fields, got "
                    f"{len(names) + len(more)}; put quotes around a field that holds the "
                    f"delimiter {reader.reader.dialect.delimiter!r}, or name another with "
                    "--delimiter",
                )
            else:
                yield row

    def _json_rows(self, lines: Iterable[str]) -> Iterator[Row | RowError]:
        is_lines = self.format.kind == "jsonl"
        items = self._lines(lines) if is_lines else _array(self._file)
        for number, item in enumerate(items, start=1):
            if isinstance(item, RowError):
                yield item
            elif isinstance(item, dict):
                yield from elements(item)
            else:
                kind = type(item).__name__
                yield RowError("type", f"expected a JSON object, got {kind} as number {number}")

    def _lines(self, lines: Iterable[str]) -> Iterator[Any]:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if found := _BROKEN_BYTE.search(line):
                yield self._broken(ord(found[0]) - 0xDC00, f"line {number}")
                continue
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                yield _tolerantly(line, number)


@contextmanager
def open_table(path: Path, told: TableFormat, column: str = "text") -> Iterator[OpenTable]:
    """Open a file of rows; `-` is standard input.

    Args:
        path: of the file.
        told: of its format; the rest is found out.
        column: one that its header has, where it has one.

    Raises:
        DataError: it cannot be read as what it is said to be.
    """
    with ExitStack() as stack:
        try:
            table = OpenTable(stack.enter_context(open_bytes(path)), path, told, column)
        except _UNREADABLE as error:
            raise _unreadable(path, 0, error) from error
        yield table


def read_rows(
    table: OpenTable, on_bytes: Callable[[int], object] = lambda _: None
) -> Iterator[Row]:
    """Each row of a file, all of which can be read.

    Args:
        table: open.
        on_bytes: called now and then with the number of bytes read so far.

    Raises:
        DataError: a row cannot be read; it is named.
    """
    for number, row in enumerate(table.rows(), start=1):
        if isinstance(row, RowError):
            raise DataError(f"{table.path}, row {number}: {row.detail}")
        if number % 1_000 == 1:
            on_bytes(table.read_bytes())
        yield row


def _unreadable(path: Path, number: int, error: BaseException) -> DataError:
    """An error for people about a file that cannot be read on after a row."""
    return DataError(f"cannot read {path}, after row {number}: {error}")


def elements(record: Row) -> Iterator[Row]:
    """The tweets of a page of Twitter's v2, each with what the page includes; else the record."""
    data = record.get("data")
    if isinstance(data, list) and "text" not in record and all(isinstance(x, dict) for x in data):
        includes = {"includes": record["includes"]} if "includes" in record else {}
        yield from ({"data": element, **includes} for element in data)
    else:
        yield record


def text_of(row: Row, name: str, path: Path) -> str:
    """The text of a row, also where Twitter's own shapes hold it elsewhere.

    Raises:
        DataError: the row has no such column, or it holds something else than text.
    """
    if name == "text" and name not in row:
        with suppress(BadMessageError):
            row = row | {"text": text} if (text := as_tweet(row).get("text")) else row
    value = cell(row, name, path)
    if not isinstance(value, str):
        kind = "nothing or NaN" if value is None else type(value).__name__
        raise DataError(
            f"{path}: expected text in the column {name!r}, got {kind}; leave such rows out, or "
            "name another column with --text-column."
        )
    return without_surrogates(value)


def cell(row: Row, name: str, path: Path) -> Any:
    """A field of a row; its column's case does not matter.

    Raises:
        DataError: the row has no such column.
    """
    if name in row:
        return row[name]
    for other, value in row.items():
        if str(other).strip().lower() == name.lower():
            return value
    there = ", ".join(map(str, row)) or "nothing"
    raise DataError(
        f"{path}: expected a column {name!r}, got {there}; name the right one, as with "
        "--text-column, or give all names with --columns where the file has no header."
    )


def _tolerantly(line: str, number: int) -> Any:
    try:
        return decode_json(line)
    except BadMessageError as error:
        return RowError(error.reason, f"line {number}: {error.detail}")


def _plain(name: str | None) -> str:
    return (name or "").strip().removeprefix("\ufeff")


def _array(file: TextIOWrapper) -> Iterator[Any]:
    """The elements of one JSON array, or the objects that stand one after another."""
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    text, at = file.read(HEAD_BYTES), 0
    found = _SPACE.match(text)
    at = found.end() if found else 0
    inside = text[at : at + 1] == "["
    at += inside
    while True:
        found = _SPACE.match(text, at)
        at = found.end() if found else at
        if inside and text[at : at + 1] == "]":
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            more = file.read(max(HEAD_BYTES, len(text) - at))
            if not more or len(text) - at > _LARGEST_ITEM:
                if not inside and not text[at:].strip():
                    return
                raise ValueError(f"expected JSON, got: {error.msg}") from None
            text, at = text[at:] + more, 0
            continue
        yield item
