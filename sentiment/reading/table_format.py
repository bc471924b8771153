"""How a file of tweets is written: what the caller said, and what its start shows."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["csv", "jsonl", "json"]
"""`json` is one array or object; `jsonl` has one object a line."""

SENTIMENT140 = ("target", "id", "date", "flag", "user", "text")
DELIMITERS = ",;\t|"
_JSON_LINES = (".jsonl", ".ndjson", ".json")
_KNOWN = (
    "text tweet full_text tweet_text content body message id tweet_id id_str created_at event_time "
    "timestamp time date datetime tweet_created author user username screen_name brand lang "
    "language label sentiment target p_negative value negative airline"
)
KNOWN_COLUMNS = frozenset(_KNOWN.split())
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEP = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)
_ARCHIVE = re.compile(r"\s*window\.YTD\.[\w.]+\s*=\s*(?=\[)")
_ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class TableFormat:
    """How a file is written. What is None is found out from its beginning.

    Attributes:
        encoding: of its characters.
        columns: their names where the first line does not give them.
        delimiter: between the fields of CSV.
        errors: `strict`: bytes that are no characters of the encoding end the reading;
            `replace`: they become U+FFFD.
        kind: CSV, JSON Lines or JSON.
        skipped: characters before the first row.
    """

    encoding: str | None = None
    columns: Sequence[str] = ()
    delimiter: str | None = None
    errors: Literal["strict", "replace"] = "strict"
    kind: Kind | None = None
    skipped: int = 0


def found_format(
    head: bytes, told: TableFormat, column: str = "text", suffix: str = ""
) -> TableFormat:
    """The format of a file that begins with some bytes.

    Args:
        head: its first 64 kB, or all of it.
        told: what people said of it stands.
        column: one that its header has, where it has one.
        suffix: of its name: what it begins with counts more.
    """
    encoding = told.encoding or _encoding(head)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    kind = told.kind or _kind(text, suffix)
    if kind != "csv":
        archive = _ARCHIVE.match(text)
        return replace(told, encoding=encoding, kind=kind, skipped=archive.end() if archive else 0)
    sep = _SEP.match(text)
    rest = text[sep.end() :] if sep else text
    told_by_file = sep[1] if sep else None
    delimiter = told.delimiter or told_by_file or _delimiter(rest, column)
    found = replace(
        told,
        encoding=encoding,
        kind=kind,
        delimiter=delimiter,
        skipped=sep.end() if sep else 0,
    )
    if told.columns or not _is_sentiment140(_first_row(rest, delimiter)):
        return found
    # Its texts were written in latin-1.
    return replace(found, columns=SENTIMENT140, encoding=told.encoding or "latin-1")


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head[1:2] == b"\0" and head[3:4] == b"\0":
        return "utf-16-le"
    if head[:1] == b"\0" and head[2:3] == b"\0":
        return "utf-16-be"
    return "utf-8"


def _kind(text: str, suffix: str) -> Kind:
    begin = _ARCHIVE.sub("", text, count=1).lstrip()
    if begin.startswith("[") and begin[1:].lstrip()[:1] in ("{", "]", ""):
        return "json"
    if begin.startswith("{"):
        first = begin.partition("\n")[0].rstrip()
        return "jsonl" if first.endswith("}") or "\n" not in begin else "json"
    return "jsonl" if suffix.lower() in _JSON_LINES else "csv"


def _delimiter(text: str, column: str) -> str:
    """The sign that splits the first row into known columns, or most rows into as many."""
    wanted = {column.lower(), *KNOWN_COLUMNS}

    def rank(sign: str) -> tuple[int, float, bool]:
        rows = _rows(text, sign)
        named = sum(cell.strip().lower() in wanted for cell in rows[0]) if rows else 0
        (width, count), *others = Counter(map(len, rows)).most_common() or [(1, 0)]
        return named, count / len(rows) if width > 1 else 0.0, width == 1 and not others

    return max(DELIMITERS, key=rank)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    found: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                found.append(row)
            if len(found) == _ROWS_LOOKED_AT:
                return found
    except csv.Error:
        return found
    return found[:-1] if len(found) > 1 and len(text) >= _FULL else found


_FULL = 60_000
"""A text of so many characters was cut off, its last row with it."""


def _first_row(text: str, delimiter: str) -> list[str]:
    rows = _rows(text, delimiter)
    return rows[0] if rows else []


def _is_sentiment140(row: Sequence[str]) -> bool:
    return len(row) == len(SENTIMENT140) and row[0] in ("0", "2", "4") and row[1].strip().isdigit()
