"""A real server on 127.0.0.1 that keeps its data: start it, stop it, kill it, start it again."""

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from infra.local import process
from infra.local.ports import require_free
from sentiment.errors import StackError


class LocalServer(ABC):
    """One server process; as a context manager it starts the server and stops it at the end.

    Args:
        state_dir: where the server keeps its data.
        log: file that its output is appended to.
        port: TCP port of 127.0.0.1 for clients.
    """

    name: ClassVar[str]
    port_variable: ClassVar[str]
    """Setting that a person changes when the port is taken."""
    start_timeout_s: ClassVar[float]
    stop_timeout_s: ClassVar[float]
    env: ClassVar[Mapping[str, str]] = {}

    def __init__(self, state_dir: Path, log: Path, port: int) -> None:
        self.port = port
        self.log = log
        self._state_dir = state_dir
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> list[str]:
        """Write what the server needs and return its command."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether the server can be used."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id of the running server; StackError when it does not run."""
        if self._process is None:
            raise StackError(f"this {self.name} is not running; call start() first.")
        return self._process.pid

    def start(self) -> None:
        """Start the server and return once it is ready; StackError says why it cannot start."""
        if self._process is not None:
            raise StackError(f"this {self.name} already runs as process {self._process.pid}.")
        require_free(self.port, self.name, self.port_variable)
        self._process = process.spawn(self.prepare(), self.log, self.env)
        try:
            process.wait_ready(
                self._process, self.is_ready, self.name, self.log, self.start_timeout_s
            )
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop the server cleanly (SIGTERM); does nothing when it does not run."""
        if self._process is not None:
            process.stop(self._process, self.stop_timeout_s)
            self._process = None

    def kill(self) -> None:
        """Kill the server (SIGKILL) as a crash would; does nothing when it does not run."""
        if self._process is not None:
            process.kill(self._process)
            self._process = None
