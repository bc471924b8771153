"""The state folder: it can be written, it has room, and one stack at a time uses it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from sentiment.errors import StackError

_MIB = 1024 * 1024


def prepare_state(folder: Path, min_free_mb: int) -> None:
    """Make the state folder and look that it can be written and has room.

    Raises:
        StackError: the folder cannot be written, or its disk has less than `min_free_mb` MiB left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StackError(
            f"the state of the local stack goes to {folder}, which cannot be written ({error}). "
            "Make it writable for this user, or set BADBUZZ_STATE_DIR to another folder."
        ) from error
    free_mb = shutil.disk_usage(folder).free // _MIB
    if free_mb < min_free_mb:
        raise StackError(
            f"the disk of {folder} has {free_mb} MiB left; the stack asks for {min_free_mb} MiB. "
            "Free some space, set BADBUZZ_STATE_DIR to a folder on another disk, or lower "
            "BADBUZZ_MIN_FREE_MB."
        )


@contextmanager
def sole_user(folder: Path) -> Iterator[None]:
    """Hold the state folder for one stack; StackError names the process that holds it already.

    The lock ends with its process; its file stays and names that process for `stop`.
    """
    with lock_file(folder).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StackError(
                f"a stack already runs on {folder} (process {file.read().strip() or 'unknown'}). "
                "Stop it with Ctrl-C or `make stop`, or set BADBUZZ_STATE_DIR to another folder."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(folder: Path) -> int | None:
    """Return the process id of the stack that holds the folder now, or None."""
    if not lock_file(folder).is_file():
        return None
    with lock_file(folder).open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read())
    return None


def lock_file(folder: Path) -> Path:
    """Return the path of the lock: its text is the process id of the last stack."""
    return folder / "stack.lock"
