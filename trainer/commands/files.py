"""The options that all commands over files share."""

from collections.abc import Callable

import click

Command = Callable[..., None]


def file_options(command: Command) -> Command:
    """Text column, encoding, names of columns and delimiter."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def column_names(_context: object, _option: object, value: str | None) -> tuple[str, ...]:
    """The names of a comma-separated list."""
    return tuple(name.strip() for name in value.split(",")) if value else ()


def one_character(_context: object, _option: object, value: str) -> str:
    """A delimiter; a tab may be written as the two signs that stand for it."""
    delimiter = "\t" if value == "\\t" else value
    if len(delimiter) != 1:
        raise click.BadParameter(f"expected one character, got {value!r}; write \\t for a tab.")
    return delimiter


_OPTIONS = (
    click.option("--text-column", default="text", show_default=True, help="Column of the texts."),
    click.option("--encoding", default="utf-8-sig", show_default=True, help="As Python names it."),
    click.option(
        "--delimiter",
        callback=one_character,
        default=",",
        show_default=True,
        help="Between fields of CSV; \\t is a tab.",
    ),
    click.option(
        "--columns",
        callback=column_names,
        help="Names of all columns, with commas, for CSV without a header: "
        "target,id,date,flag,user,text for Sentiment140.",
    ),
)
