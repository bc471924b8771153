"""Real services for every test that asks: started once a run, on free ports, on fresh data."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pytest

from infra.local import ports
from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from tests.class_archive import use_class_archive
from tests.shared_server import shared

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")

# No example may fail by the time that it takes, and every run tries the same ones.
hypothesis.settings.load_profile("ci")

# Each process of a run has ports of its own to choose from (pytest-xdist counts both).
_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PROCESSES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
ports._PORTS = ports._PORTS[_PROCESS::_PROCESSES]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while pytest parses the tests: see `tests.syntax.parse`."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


_LONG_FIRST = ("trainer/networks", "live", "fuzz", "bench", "trainer", "api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take longest, so that no process is left with one."""
    root = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.parent.relative_to(root)
        return next((at for at, long in enumerate(_LONG_FIRST) if folder.is_relative_to(long)), 99)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, class_archive: None) -> Iterator[LocalKafka]:
    """A real broker for the whole run; use topics and groups of your own, never kill it."""
    with LocalKafka(tmp_path_factory.mktemp("kafka-state"), free_port()) as broker:
        yield broker


@pytest.fixture(scope="session")
def mlflow_server(run_folder: Path) -> Iterator[LocalMlflow]:
    """A real MLflow server for the whole run; use model and experiment names of your own.

    All processes of the run share it: a start costs as much processor time as many tests.
    """
    with shared(LocalMlflow, run_folder / "mlflow-state") as server:
        yield server


@pytest.fixture(scope="session")
def class_archive(run_folder: Path) -> None:
    """Brokers of a large run start in two thirds of their time; it takes three starts to make."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        use_class_archive(run_folder / "class-archive")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A real Chromium. It keeps an event loop in the tests' thread: use threads for others."""
    if not CHROMIUM.exists():
        _missing("needs Chromium: apt-get install --no-install-recommends chromium")
    from playwright.sync_api import sync_playwright  # tests without a browser start sooner

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


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
        _missing(f"{name} is not installed: apt-get install --no-install-recommends prometheus")
    return found


def _missing(reason: str) -> NoReturn:
    """A program is missing: in CI the test fails, elsewhere it is skipped."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _no_settings_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests must not reach for the services that the person at this machine works with."""
    for name in ("KAFKA_BROKERS", "MLFLOW_TRACKING_URI", "BADBUZZ_STATE_DIR"):
        if name in os.environ:
            monkeypatch.delenv(name)
