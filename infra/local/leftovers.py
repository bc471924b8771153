"""Processes that a stack left behind because it was killed: found by a mark they inherited."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import psutil

MARK = "BADBUZZ_STACK"
_STOP_TIMEOUT_SECONDS = 20.0


def mark(folder: Path) -> dict[str, str]:
    """Return the environment that marks the processes of the stack on this state folder."""
    return {MARK: str(folder.resolve())}


def end_leftovers(folder: Path) -> list[str]:
    """End the marked processes of this state folder and return what they were, in words.

    SIGTERM first, SIGKILL to those that are left after 20 s. Call it only while no stack runs on
    the folder. This process and its parents are never ended.
    """
    found = _marked(str(folder.resolve()))
    names = [f"{process.info['name']} (process {process.pid})" for process in found]
    for process in found:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(found, timeout=_STOP_TIMEOUT_SECONDS)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=_STOP_TIMEOUT_SECONDS)
    return names


def _marked(value: str) -> list[psutil.Process]:
    kept = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter(["name", "environ"])
        if process.pid not in kept and (process.info["environ"] or {}).get(MARK) == value
    ]


def _quietly(act: Callable[[], None]) -> None:
    """A process may have ended by itself in the meantime."""
    with contextlib.suppress(psutil.NoSuchProcess):
        act()
