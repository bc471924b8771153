"""`badbuzz stack`: everything that badbuzz needs, started, watched and stopped on one machine."""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click

from infra.local.addresses import address_lines
from infra.local.leftovers import end_leftovers
from infra.local.parts import stack_parts
from infra.local.prometheus import PROMETHEUS_CONFIG
from infra.local.service import Part
from infra.local.settings import StackSettings
from infra.local.state import holder, prepare_state, sole_user
from infra.local.supervisor import Supervisor
from sentiment.errors import StackError
from sentiment.logs import log_file_option, rotating
from sentiment.settings import load_settings

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_cyan", "bright_magenta")
_STOP_SECONDS = 120.0
_FIRST = (
    "First start: at most 2 GB of memory, 1 GB of disk and 5 minutes on two idle cores. "
    "`badbuzz doctor` says whether this machine has them."
)


@click.command()
@click.option("--stop", is_flag=True, help="Stop the stack that runs on this state folder.")
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="Run this part, not all; may be given again: --only kafka --only mlflow.",
)
@log_file_option
def stack(stop: bool, only: tuple[str, ...], log_file: Path | None) -> None:
    """Run Kafka, MLflow, the stream worker and the API here; Ctrl-C stops them all."""
    settings = load_settings(StackSettings)
    if stop:
        stop_stack(settings.state_dir)
    else:
        run_stack(settings, only, None if log_file is None else rotating(log_file))


def run_stack(
    settings: StackSettings, only: Collection[str] = (), file: logging.Handler | None = None
) -> None:
    """Run the stack until SIGINT or SIGTERM; state is kept in the settings' state folder.

    Args:
        settings: of the stack.
        only: names of the parts to run; empty: all.
        file: takes the lines of all parts as well.

    Raises:
        StackError: a required part cannot start; all that had started has been ended.
    """
    if not settings.state_dir.exists():
        _print(_FIRST)
    prepare_state(settings.state_dir, settings.min_free_mb)
    with sole_user(settings.state_dir):
        _end_leftovers(settings.state_dir)
        parts = stack_parts(settings, only)
        for part in parts:
            if part.required:
                part.check()
        try:
            asyncio.run(_supervise(parts, lambda: _print(_addresses(settings, parts)), file))
        finally:
            _end_leftovers(settings.state_dir)


def stop_stack(folder: Path) -> None:
    """Stop the stack that runs on the folder, or what a killed one left; say what was done."""
    pid = holder(folder)
    if pid is None:
        if not _end_leftovers(folder):
            _print(f"No stack runs on {folder}.")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while holder(folder) == pid:
        if time.monotonic() > deadline:
            raise StackError(
                f"the stack (process {pid}) still runs {_STOP_SECONDS:.0f} s after SIGTERM. "
                f"End it with `kill -9 {pid}`, then call this again."
            )
        time.sleep(0.2)
    _print(f"The stack on {folder} has stopped.")


def _addresses(settings: StackSettings, parts: Sequence[Part]) -> str:
    return address_lines(settings, {part.name for part in parts}, _no_prometheus())


def _no_prometheus() -> str:
    if not PROMETHEUS_CONFIG.is_file():
        return f"not started: {PROMETHEUS_CONFIG} is not here"
    return "not installed (Debian: apt-get install --no-install-recommends prometheus)"


async def _supervise(
    parts: Sequence[Part], on_ready: Callable[[], None], file: logging.Handler | None
) -> None:
    supervisor = Supervisor(parts, _prefixed([part.name for part in parts], file), on_ready)
    stop = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        # Only a second Ctrl-C kills: make hands a SIGTERM on that may have come here already.
        if stop.is_set() and number is signal.SIGINT:
            supervisor.kill()
        elif not stop.is_set():
            _print("Stopping everything in order; Ctrl-C once more kills it.")
            stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal, number)
    await supervisor.run(stop)


def _prefixed(
    names: Sequence[str], file: logging.Handler | None = None
) -> Callable[[str, str], None]:
    width = max(map(len, names))
    colours = dict(zip(names, itertools.cycle(_COLOURS), strict=False))

    def say(name: str, line: str) -> None:
        _print(f"{click.style(name.rjust(width), fg=colours[name])} | {line}")
        if file is not None:
            file.emit(logging.makeLogRecord({"msg": f"{name.rjust(width)} | {line}"}))

    return say


def _print(text: str) -> None:
    """A terminal that has gone is no reason to leave services behind."""
    with contextlib.suppress(OSError):
        click.echo(text)


def _end_leftovers(folder: Path) -> bool:
    ended = end_leftovers(folder)
    if ended:
        _print(f"Ended what a stack on {folder} had left running: {', '.join(ended)}.")
    return bool(ended)
