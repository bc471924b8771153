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


_OPTIONS = (
    click.option("--text-column", default="text", show_default=True, help="Column of the texts."),
    click.option("--encoding", default="utf-8-sig", show_default=True, help="As Python names it."),
    click.option("--delimiter", default=",", show_default=True, help="Between fields of CSV."),
    click.option(
        "--columns",
        callback=column_names,
        help="Names of all columns, with commas, for CSV without a header: "
        "target,id,date,flag,user,text for Sentiment140.",
    ),
)
