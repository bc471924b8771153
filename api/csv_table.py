"""Tables for spreadsheets, as CSV in which no cell acts."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from io import StringIO

from fastapi import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_ROWS = 10_000


def safe_cell(value: object) -> str:
    """A cell as text. One that a spreadsheet would run as a formula begins with an apostrophe
    (OWASP, CSV injection); numbers stay numbers."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a file to download; Excel knows it as UTF-8 by its first bytes."""
    made = StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    content = BOM_UTF8 + made.getvalue().encode("utf-8", "replace")
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
