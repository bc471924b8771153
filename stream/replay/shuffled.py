"""The rows of a file in random order, with only their positions in memory where possible."""

import random
from collections.abc import Iterator
from itertools import pairwise

from sentiment.reading.tables import OpenTable, Row, RowError

_SEED = 140
_WIDE = ("utf-16", "utf-32")


def shuffled_rows(table: OpenTable) -> Iterator[Row | RowError]:
    """Each row once, in a random order that is the same each time.

    Of a plain file of lines only the places are held in memory, of others the rows.
    """
    encoding = (table.format.encoding or "utf-8").lower().replace("_", "-")
    if table.format.kind == "json" or table.packed or encoding.startswith(_WIDE):
        every = list(table.rows())
        random.Random(_SEED).shuffle(every)  # noqa: S311 - repeatable on purpose
        yield from every
    else:
        yield from table.rows(_lines(table, encoding))


def _lines(table: OpenTable, encoding: str) -> Iterator[str]:
    errors = "replace" if table.format.errors == "replace" else "surrogateescape"
    is_csv = table.format.kind == "csv"
    places = _places(table, is_csv)
    heads = is_csv and (not table.format.columns) + bool(table.format.skipped)
    ends = dict(pairwise(places))
    wanted = places[heads:-1]
    random.Random(_SEED).shuffle(wanted)  # noqa: S311 - repeatable on purpose
    with table.path.open("rb") as file:
        for place in wanted:
            file.seek(place)
            line = file.read(ends[place] - place).decode(encoding, errors)
            yield from line.splitlines(keepends=True) if is_csv and '"' in line else [line]


def _places(table: OpenTable, is_csv: bool) -> list[int]:
    """Where each row begins, and the end of the file: an open quote goes on in the next line."""
    places, at, inside = [], 0, False
    with table.path.open("rb") as file:
        for line in file:
            if not inside:
                places.append(at)
            at += len(line)
            inside ^= is_csv and line.count(b'"') % 2 == 1
    return [*places, at]
