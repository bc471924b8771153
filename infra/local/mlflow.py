"""A real MLflow tracking server and model registry on 127.0.0.1: SQLite, artefacts on disk."""

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local import process
from infra.local.ports import LOOPBACK, require_free
from sentiment.errors import StackError

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 15.0
SERVER_ENV = {
    # Its task queue is for evaluating language models: six processes more for nothing used here.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # It warns of its own use of Starlette, which nobody here can change.
    "PYTHONWARNINGS": "ignore",
}


class LocalMlflow:
    """One MLflow server on kept data; as a context manager it starts and stops it.

    Args:
        state_dir: the database, the artefacts and the log are kept in the folder ``mlflow`` below.
        port: TCP port of 127.0.0.1.
    """

    def __init__(self, state_dir: Path, port: int = 5000) -> None:
        self.port = port
        self.uri = f"http://{LOOPBACK}:{port}"
        self.log = state_dir / "mlflow" / "mlflow.log"
        self._state_dir = state_dir
        self._process: subprocess.Popen[bytes] | None = None

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

    def start(self) -> None:
        """Start the server and return once it answers; StackError says why it cannot."""
        if self._process is not None:
            raise StackError(f"this MLflow already runs as process {self._process.pid}.")
        require_free(self.port, "MLflow", "MLFLOW_PORT")
        argv = prepare_server(self._state_dir, self.port)
        self._process = process.spawn(argv, self.log, SERVER_ENV)
        try:
            process.wait_ready(self._process, self.is_ready, "MLflow", self.log, START_TIMEOUT_S)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop the server cleanly (SIGTERM); does nothing when it does not run."""
        if self._process is not None:
            process.stop(self._process, STOP_TIMEOUT_S)
            self._process = None

    def kill(self) -> None:
        """Kill the server (SIGKILL) as a crash would; does nothing when it does not run."""
        if self._process is not None:
            process.kill(self._process)
            self._process = None

    def is_ready(self) -> bool:
        """Tell whether the server answers its health check."""
        return server_answers(self._state_dir, self.port)


def prepare_server(state_dir: Path, port: int) -> list[str]:
    """Make the server's folder and return its command.

    A database whose making was cut off cannot be gone on with. It holds nothing yet, so it is
    removed: the marker that `server_answers` leaves is what tells it from one that was in use.
    """
    home = (state_dir / "mlflow").resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not _marker(state_dir).is_file():
        (home / "mlflow.db").unlink(missing_ok=True)
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--host", LOOPBACK, "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{home / 'mlflow.db'}"),
        # Workers ask for the alias every few seconds: a line for each would hide all others.
        *("--uvicorn-opts", "--no-access-log"),
        *("--serve-artifacts", "--artifacts-destination", str(home / "artifacts")),
    ]


def server_answers(state_dir: Path, port: int) -> bool:
    """Tell whether the server answers its health check; from the first time on, its data count."""
    if not http_ok(f"http://{LOOPBACK}:{port}/health"):
        return False
    _marker(state_dir).touch()
    return True


def _marker(state_dir: Path) -> Path:
    return state_dir / "mlflow" / "in-use"


def http_ok(url: str, timeout_s: float = 2.0) -> bool:
    """Tell whether a GET of `url` on this machine answers 200 within `timeout_s` seconds."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
