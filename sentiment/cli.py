"""The `badbuzz` command: a thin door to the commands that the installed packages register."""

import sys
from importlib.metadata import EntryPoint, entry_points

import click

from sentiment.errors import BadbuzzError
from sentiment.printable import printable


class _Commands(click.Group):
    """Loads a command's module only when it is asked for, so that `badbuzz` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_registered())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        entry = _registered().get(name)
        if entry is None:
            return None
        try:
            command = entry.load()
        except ModuleNotFoundError as error:
            return _unavailable(name, error.name or str(error))
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.value} must be a click command, got {type(command).__name__}")
        return command


def _registered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="badbuzz.commands")}


def _unavailable(name: str, module: str) -> click.Command:
    @click.command(
        name,
        help=f"(needs {module}: install the extra that brings it)",
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("_", nargs=-1, type=click.UNPROCESSED)
    def stand_in(_: tuple[str, ...]) -> None:
        raise BadbuzzError(
            f"`badbuzz {name}` needs the Python module {module}, which is not installed. "
            "Install the extra that brings it, for example: pip install 'badbuzz[local]'."
        )

    return stand_in


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="badbuzz")
def badbuzz() -> None:
    """Scores a stream of tweets exactly once and warns when a bad buzz starts."""


def main() -> None:
    """Run the command line; an error for a person is one line and exit code 1, no traceback."""
    try:
        badbuzz()
    except BadbuzzError as error:
        click.secho(printable(f"badbuzz: {error}", lines=True), fg="red", err=True)
        sys.exit(1)
