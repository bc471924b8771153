"""The checks of the deployment run beside an engine of their own: `make test-infra`."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_engine() -> None:
    if "TOOLS" not in os.environ:
        pytest.fail("these checks need an engine of their own: run `make test-infra`.")
