"""The local MLflow server: real registry and proxied artefacts, kept over restarts, and light."""

import contextlib
import socket
import sqlite3
import time
from pathlib import Path

import mlflow
import psutil
import pytest
from mlflow import MlflowClient

from infra.local import process
from infra.local.mlflow import SERVER_ENV, LocalMlflow, prepare_server
from infra.local.ports import LOOPBACK, free_port
from sentiment.errors import StackError

pytestmark = pytest.mark.live


def _log_a_file(uri: str, folder: Path, experiment: str) -> str:
    client = MlflowClient(uri, uri)
    run = client.create_run(client.create_experiment(experiment))
    source = folder / "note.txt"
    source.write_text("kept")
    client.log_artifact(run.info.run_id, str(source))
    return run.info.run_id


def test_runs_and_artefacts_outlive_a_restart_on_another_port_which_leaves_no_process(
    tmp_path: Path,
) -> None:
    before = set(psutil.Process().children(recursive=True))
    with LocalMlflow(tmp_path, free_port()) as server:
        started = set(psutil.Process().children(recursive=True)) - before
        assert len(started) == 2, "the mlflow command and its one uvicorn worker"
        run_id = _log_a_file(server.uri, tmp_path, "kept")
    assert not any(process.is_running() for process in started)
    with LocalMlflow(tmp_path, free_port()) as server:
        fetched = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path="note.txt", tracking_uri=server.uri
        )
    assert Path(fetched).read_text() == "kept"


def test_an_alias_moves_in_the_registry(mlflow_server: LocalMlflow, tmp_path: Path) -> None:
    client = MlflowClient(mlflow_server.uri, mlflow_server.uri)
    run_id = _log_a_file(mlflow_server.uri, tmp_path, "alias-moves")
    source = client.get_run(run_id).info.artifact_uri
    client.create_registered_model("alias-moves")
    for _ in range(2):
        client.create_model_version("alias-moves", source=source, run_id=run_id)
    client.set_registered_model_alias("alias-moves", "champion", "1")
    client.set_registered_model_alias("alias-moves", "champion", "2")
    assert client.get_model_version_by_alias("alias-moves", "champion").version == "2"


def test_a_server_that_was_killed_while_it_made_its_database_starts_the_next_time(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    first = process.spawn(prepare_server(tmp_path, free_port()), log, SERVER_ENV)
    database = tmp_path / "mlflow" / "mlflow.db"
    while not (database.is_file() and _revision(database)):
        assert first.poll() is None, process.tail(log)
        time.sleep(0.02)
    process.kill(first)
    with LocalMlflow(tmp_path, free_port()) as server:
        assert server.is_ready()


def _revision(database: Path) -> str | None:
    """How far the making of the database has come; None before its first step."""
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection:
        try:
            row = connection.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return row[0] if row else None


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StackError, match=f"{port}.*MLFLOW_PORT"):
            LocalMlflow(tmp_path, port).start()
