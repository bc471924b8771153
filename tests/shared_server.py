"""One server for all processes of a run: the first to ask starts it, the last to leave ends it."""

import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from infra.local import process
from infra.local.ports import free_port
from infra.local.server import LocalServer

S = TypeVar("S", bound=LocalServer)


@contextmanager
def shared(make: Callable[[Path, int], S], folder: Path) -> Iterator[S]:
    """The server that `make` makes of a folder and a port; whoever has it open keeps it running.

    Args:
        folder: the same for all processes; the server keeps its data there.
    """
    folder.mkdir(exist_ok=True)
    # The system lets go of both locks when a process crashes.
    with (folder / "users").open("w") as users:
        with locked(folder / "lock"):
            port, group = _address(make, folder)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield make(folder, port)
        finally:
            with locked(folder / "lock"):
                if _is_last(users):
                    process.signal_group(group, signal.SIGKILL)
                    (folder / "address").unlink()


def _address(make: Callable[[Path, int], LocalServer], folder: Path) -> tuple[int, int]:
    """Port and process group of the server, started now unless it runs."""
    address = folder / "address"
    if not address.is_file():
        server = make(folder, free_port())
        server.start()
        address.write_text(f"{server.port} {server.pid}")
    port, group = address.read_text().split()
    return int(port), int(group)


def _is_last(users: object) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock among processes; a process that crashes holds none."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
