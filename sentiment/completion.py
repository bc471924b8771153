"""`badbuzz completion`: lets the shell complete commands, options and their values."""

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from sentiment.errors import SettingsError

_SHELLS = ("bash", "zsh", "fish")
_HOW = {
    "bash": 'eval "$(badbuzz completion bash)"    # in ~/.bashrc',
    "zsh": 'eval "$(badbuzz completion zsh)"    # in ~/.zshrc, after compinit',
    "fish": "badbuzz completion fish | source    # in ~/.config/fish/config.fish",
}


@click.command(
    "completion", epilog="\b\n" + "\n".join(_HOW.values()), short_help="Complete in the shell."
)
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
def command(shell: str | None) -> None:
    """Print a script by which SHELL completes what begins with badbuzz; by default the shell of
    $SHELL. To have it in each terminal, put this line into the shell's own file:"""
    name = shell or Path(os.environ.get("SHELL", "")).name
    kind = get_completion_class(name) if name in _SHELLS else None
    if kind is None:
        raise SettingsError(
            f"expected one of {', '.join(_SHELLS)}, got $SHELL={name or 'nothing'}; name one."
        )
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "badbuzz", "_BADBUZZ_COMPLETE").source())
