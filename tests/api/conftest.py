"""One installation and one running API for the whole run; tests that break things make theirs."""

from collections.abc import Iterator

import httpx
import pytest

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from tests.api.api_process import KEYS, ROLES, ApiProcess, Installation


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


@pytest.fixture(scope="session")
def guarded(installation: Installation) -> Iterator[ApiProcess]:
    """A service with keys on, one for each role; its limits are too high to be felt."""
    keys = " ".join(f"{name}:{roles}:{KEYS[name]}" for name, roles in ROLES.items())
    limits = {"BADBUZZ_API_RATE_LIMIT": "9999/second", "BADBUZZ_API_LOGIN_LIMIT": "9999/second"}
    with ApiProcess(installation, BADBUZZ_API_KEYS=keys, **limits) as process:
        yield process
