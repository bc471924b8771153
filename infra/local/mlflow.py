"""A real MLflow tracking server and model registry on 127.0.0.1: SQLite, artefacts on disk."""

import sys
import urllib.error
import urllib.request
from pathlib import Path

from infra.local.ports import LOOPBACK
from infra.local.server import LocalServer

SERVER_ENV = {
    # Its task queue is for evaluating language models: six processes more for nothing used here.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # It tells of each table that it makes.
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # It warns of its own use of Starlette, which we cannot change.
    "PYTHONWARNINGS": "ignore",
}


class LocalMlflow(LocalServer):
    """One MLflow server.

    Args:
        state_dir: the database, the artefacts and the log are kept in the folder ``mlflow`` below.
        port: TCP port of 127.0.0.1.
    """

    name = "MLflow"
    port_variable = "MLFLOW_PORT"
    start_timeout_s = 300.0
    stop_timeout_s = 15.0
    env = SERVER_ENV

    def __init__(self, state_dir: Path, port: int = 5000) -> None:
        super().__init__(state_dir, state_dir / "mlflow" / "mlflow.log", port)
        self.uri = f"http://{LOOPBACK}:{port}"

    def prepare(self) -> list[str]:
        """Make the server's folder; its command."""
        return prepare_server(self._state_dir, self.port)

    def is_ready(self) -> bool:
        """Whether the server answers its health check."""
        return server_answers(self._state_dir, self.port)


def prepare_server(state_dir: Path, port: int) -> list[str]:
    """Make the server's folder and return its command.

    MLflow cannot continue with a database whose creation was interrupted. Such a database is empty,
    so it is removed; the marker that `server_answers` leaves protects one that was in use.
    """
    home = (state_dir / "mlflow").resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not _marker(state_dir).is_file():
        (home / "mlflow.db").unlink(missing_ok=True)
    store = f"sqlite:///{home / 'mlflow.db'}"
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--host", LOOPBACK, "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", store, "--registry-store-uri", store),
        # Workers ask for the alias every few seconds: a line for each would hide all others.
        *("--uvicorn-opts", "--no-access-log --log-level warning"),
        *("--serve-artifacts", "--artifacts-destination", str(home / "artifacts")),
    ]


def server_answers(state_dir: Path, port: int) -> bool:
    """Whether the server answers its health check; the first answer marks its data as in use."""
    if not http_ok(f"http://{LOOPBACK}:{port}/health"):
        return False
    _marker(state_dir).touch()
    return True


def _marker(state_dir: Path) -> Path:
    return state_dir / "mlflow" / "in-use"


def http_ok(url: str, timeout_s: float = 2.0) -> bool:
    """Whether a GET of `url` on this machine answers 200 within `timeout_s` seconds."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
