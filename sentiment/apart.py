"""Work in a process of its own, which can be ended: what comes from a registry is not trusted.

Parent and child exchange one line of JSON. The child exits when its parent has gone.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event

from sentiment import errors
from sentiment.errors import ArtefactError, BadbuzzError, StoppedError, TooSlowError

_LOOK_SECONDS = 0.1


def run_apart(
    module: str,
    arguments: Sequence[str],
    seconds: float,
    *,
    stopped: Event | None = None,
) -> None:
    """Run `python -m MODULE ARGUMENTS`, whose `main` ends in `answer`.

    Args:
        module: of badbuzz.
        arguments: of the command line; no secrets, which everybody can read there.
        seconds: it is killed after so long.
        stopped: set from another thread, it ends the child.

    Raises:
        TooSlowError: it took longer.
        StoppedError: `stopped` was set.
        BadbuzzError: as the child says, of the class that it names.
        ArtefactError: the child died.
    """
    command = [sys.executable, "-P", "-m", module, str(seconds), *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            _wait(child, seconds, stopped or Event())
            said = child.stdout.read() if child.stdout else b""
        finally:
            child.kill()
    _raise(said, child.returncode)


def _wait(child: "subprocess.Popen[bytes]", seconds: float, stopped: Event) -> None:
    until = time.monotonic() + seconds
    while True:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LOOK_SECONDS)
            return
        if stopped.is_set():
            raise StoppedError("this process ends.")
        if time.monotonic() > until:
            raise TooSlowError(f"took longer than {seconds:g} s.")


def _raise(said: bytes, code: int) -> None:
    try:
        answer = json.loads(said.splitlines()[-1])
        kind, message = answer["error"], answer["message"]
    except (ValueError, IndexError, KeyError, TypeError):
        raise ArtefactError(f"its process ended with code {code}, without an answer.") from None
    if kind is not None:
        known = getattr(errors, str(kind), ArtefactError)
        is_ours = isinstance(known, type) and issubclass(known, BadbuzzError)
        raise known(message) if is_ours else ArtefactError(message)


def answer(work: Callable[[Sequence[str]], None]) -> None:
    """In the child: do the work on the arguments, and tell the parent what came of it."""
    seconds, *arguments = sys.argv[1:]
    if hasattr(signal, "setitimer"):
        # Its default action ends the process wherever it is, in a graph without an end, too.
        signal.setitimer(signal.ITIMER_REAL, float(seconds) + 1)
    said: dict[str, str | None] = {"error": None, "message": ""}
    try:
        work(arguments)
    except BadbuzzError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        said = {"error": "ArtefactError", "message": "it takes more memory than it may."}
    except Exception as error:  # noqa: BLE001 - whatever a file from elsewhere can raise
        said = {"error": "ArtefactError", "message": f"it cannot be used: {error!r}"}
    sys.stdout.write("\n" + json.dumps(said) + "\n")
