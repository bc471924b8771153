"""A service as a process group of its own with its output in a file, and how it is stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sentiment.errors import StackError

_POLL_SECONDS = 0.1


def spawn(
    argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `argv` as leader of a process group, its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )


def wait_ready(
    process: subprocess.Popen[bytes],
    is_ready: Callable[[], bool],
    name: str,
    log: Path,
    timeout_s: float,
) -> None:
    """Return once `is_ready()`; raise StackError when the process ends or `timeout_s` passes."""
    deadline = time.monotonic() + timeout_s
    while not is_ready():
        if process.poll() is not None:
            raise StackError(
                f"{name} ended with exit code {process.returncode} before it was ready. "
                f"The end of its log {log}:\n{tail(log)}"
            )
        if time.monotonic() > deadline:
            raise StackError(
                f"{name} was not ready after {timeout_s:.0f} s. The end of its log {log}:\n"
                f"{tail(log)}"
            )
        time.sleep(_POLL_SECONDS)


def stop(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """End the whole process group: SIGTERM, and SIGKILL for what is left after `timeout_s`."""
    signal_group(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group at once with SIGKILL."""
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def signal_group(pgid: int, number: signal.Signals) -> None:
    """Send a signal to a process group; a group that has ended already is no error."""
    try:
        os.killpg(pgid, number)
    except ProcessLookupError:
        return


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, or an empty text when there is none."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
