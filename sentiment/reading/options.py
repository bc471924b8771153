"""The options that all commands over files share."""

import codecs
from collections.abc import Callable

import click

Command = Callable[..., None]


def file_options(command: Command) -> Command:
    """Text column, encoding, errors, names of columns and delimiter."""
    for option in reversed((_TEXT_COLUMN, *_OPTIONS)):
        command = option(command)
    return command


def tweet_file_options(command: Command) -> Command:
    """As `file_options`, and the columns of time and brand."""
    for option in reversed((*_TWEET_OPTIONS, *_OPTIONS)):
        command = option(command)
    return command


def column_names(_context: object, _option: object, value: str | None) -> tuple[str, ...]:
    """The names of a comma-separated list."""
    return tuple(name.strip() for name in value.split(",")) if value else ()


def known_encoding(_context: object, _option: object, value: str | None) -> str | None:
    """An encoding that Python knows."""
    try:
        return value and codecs.lookup(value).name and value
    except LookupError:
        raise click.BadParameter(f"expected an encoding such as utf-8, got {value!r}.") from None


def one_character(_context: object, _option: object, value: str | None) -> str | None:
    """A delimiter; a tab may be written as the two signs that stand for it."""
    if value is None:
        return None
    delimiter = "\t" if value == "\\t" else value
    if len(delimiter) != 1:
        raise click.BadParameter(f"expected one character, got {value!r}; write \\t for a tab.")
    return delimiter


_TEXT_COLUMN = click.option(
    "--text-column", default="text", show_default=True, help="Column of the texts."
)
_TWEET_OPTIONS = (
    click.option("--text-column", help="Column of the texts; by default text and its like."),
    click.option("--time-column", help="Column of the times; by default created_at and its like."),
    click.option("--brand-column", help="Column of the brands; by default brand."),
)
_OPTIONS = (
    click.option(
        "--encoding",
        callback=known_encoding,
        help="As Python names it; by default what the file begins with, else UTF-8.",
    ),
    click.option(
        "--errors",
        type=click.Choice(["strict", "replace"]),
        default="strict",
        show_default=True,
        help="What to do with bytes that are no characters: end, or put a mark there.",
    ),
    click.option(
        "--delimiter",
        callback=one_character,
        help="Between fields of CSV; \\t is a tab. By default found out.",
    ),
    click.option(
        "--columns",
        callback=column_names,
        help="Names of all columns, with commas, for CSV without a header: "
        "target,id,date,flag,user,text for Sentiment140.",
    ),
)
