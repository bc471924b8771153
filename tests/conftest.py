"""Real services for every test that asks: started once a run, on free ports, on fresh data."""

import os
import shutil
from collections.abc import Iterator

import hypothesis
import pytest

from infra.local import ports
from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port

# No example may fail by the time that it takes, and every run tries the same ones.
hypothesis.settings.load_profile("ci")

# Each process of a run has ports of its own to choose from (pytest-xdist counts both).
_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PROCESSES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
ports._PORTS = ports._PORTS[_PROCESS::_PROCESSES]


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A real broker for the whole run; use topics and groups of your own, never kill it."""
    with LocalKafka(tmp_path_factory.mktemp("kafka-state"), free_port()) as broker:
        yield broker


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMlflow]:
    """A real MLflow server for the whole run; use model and experiment names of your own."""
    with LocalMlflow(tmp_path_factory.mktemp("mlflow-state"), free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def promtool() -> str:
    """The path of promtool."""
    return _program("promtool")


@pytest.fixture(scope="session")
def prometheus_program() -> str:
    """The path of prometheus."""
    return _program("prometheus")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: apt-get install --no-install-recommends prometheus"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(autouse=True)
def _no_settings_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests must not reach for the services that the person at this machine works with."""
    for name in ("KAFKA_BROKERS", "MLFLOW_TRACKING_URI", "BADBUZZ_STATE_DIR"):
        if name in os.environ:
            monkeypatch.delenv(name)
