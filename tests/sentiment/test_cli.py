import os
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sentiment import cli
from sentiment.errors import BadbuzzError

GROUP = "badbuzz.commands"


@click.command()
def failing() -> None:
    """Fails."""
    raise BadbuzzError("expected this, got that; do so.")


def not_a_command() -> None:
    """Nothing that click knows."""


def register(monkeypatch: pytest.MonkeyPatch, **commands: str) -> None:
    """Have the installed packages register these commands and no others."""
    entries = [EntryPoint(name, value, GROUP) for name, value in commands.items()]
    monkeypatch.setattr(cli, "entry_points", lambda group: entries if group == GROUP else [])


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["badbuzz", *arguments])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    return int(exited.value.code or 0)


def test_an_error_for_people_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(monkeypatch, fail=f"{__name__}:failing")
    assert run_main(monkeypatch, "fail") == 1
    assert capsys.readouterr().err == "badbuzz: expected this, got that; do so.\n"


def test_a_command_whose_extra_is_not_installed_says_which_module_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(monkeypatch, rare="module_that_nobody_has.command:command")
    assert run_main(monkeypatch, "rare", "--any", "argument") == 1
    error = capsys.readouterr().err
    assert "`badbuzz rare` needs the Python module module_that_nobody_has" in error
    assert "pip install" in error
    assert run_main(monkeypatch, "--help") == 0
    assert "needs module_that_nobody_has" in capsys.readouterr().out


def test_an_unknown_command_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(monkeypatch, fail=f"{__name__}:failing")
    assert run_main(monkeypatch, "nothing") == 2
    assert "No such command 'nothing'" in capsys.readouterr().err


def test_an_entry_that_is_no_command_is_a_fault_of_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(monkeypatch, wrong=f"{__name__}:not_a_command")
    with pytest.raises(TypeError, match="must be a click command"):
        CliRunner().invoke(cli.badbuzz, ["wrong"], catch_exceptions=False)


@pytest.mark.parametrize("entry", entry_points(group=GROUP), ids=lambda entry: entry.name)
def test_every_registered_command_loads_and_says_what_it_does(entry: EntryPoint) -> None:
    shown = CliRunner().invoke(cli.badbuzz, [entry.name, "--help"], catch_exceptions=False)
    assert shown.exit_code == 0
    command = entry.load()
    assert isinstance(command, click.Command)
    assert command.help, f"badbuzz {entry.name} has no help"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.hidden, f"{entry.name} {parameter.name}"


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert version("badbuzz") in CliRunner().invoke(cli.badbuzz, ["--version"]).output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_badbuzz(shell: str) -> None:
    for arguments, variable in (([shell], ""), ([], f"/usr/bin/{shell}")):
        shown = CliRunner().invoke(cli.badbuzz, ["completion", *arguments], env={"SHELL": variable})
        assert shown.exit_code == 0
        assert f"_BADBUZZ_COMPLETE={shell}_complete" in shown.output


def test_commands_and_options_are_completed() -> None:
    asked = {"_BADBUZZ_COMPLETE": "bash_complete", "COMP_WORDS": "badbuzz back", "COMP_CWORD": "1"}
    program = Path(sys.executable).with_name("badbuzz")
    done = subprocess.run([program], env=os.environ | asked, capture_output=True, check=True)
    assert done.stdout == b"plain,backtest\n"
