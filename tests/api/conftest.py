"""One installation and one running API for the whole run; tests that break things make theirs."""

from collections.abc import Iterator

import httpx
import pytest
from api_process import ApiProcess, Installation

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow


@pytest.fixture(scope="session")
def installation(
    kafka: LocalKafka, mlflow_server: LocalMlflow, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Topics and a first champion of bias 0, version 1."""
    made = Installation(tmp_path_factory.mktemp("api"), kafka.bootstrap, mlflow_server.uri)
    made.make_topics()
    made.promote()
    return made


@pytest.fixture(scope="session")
def api(installation: Installation) -> Iterator[ApiProcess]:
    """A service without keys."""
    with ApiProcess(installation) as process:
        yield process


@pytest.fixture
def client(api: ApiProcess) -> Iterator[httpx.Client]:
    """A client of that service."""
    with api.client() as client:
        yield client
