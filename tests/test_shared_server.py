"""A server that the processes of a run share: one start, one end, whoever comes and goes."""

import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from infra.local.mlflow import http_ok
from infra.local.ports import LOOPBACK
from infra.local.server import LocalServer
from tests.shared_server import shared


class Pages(LocalServer):
    """A server that starts in a moment; it keeps a list of its starts."""

    name, port_variable = "Pages", "PAGES_PORT"
    start_timeout_s, stop_timeout_s = 60.0, 10.0

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, folder / "log", port)
        self.url = f"http://{LOOPBACK}:{port}"

    def prepare(self) -> list[str]:
        with (self._state_dir / "starts").open("a") as starts:
            starts.write("once\n")
        pages = (sys.executable, "-m", "http.server", str(self.port), "--bind", LOOPBACK)
        return [*pages, "--directory", str(self._state_dir)]

    def is_ready(self) -> bool:
        return http_ok(self.url)


def starts(folder: Path) -> int:
    return (folder / "starts").read_text().count("once")


def test_it_is_started_once_runs_until_the_last_has_left_and_then_ends(tmp_path: Path) -> None:
    children = set(psutil.Process().children(recursive=True))
    with ExitStack() as later:
        with shared(Pages, tmp_path) as first:
            second = later.enter_context(shared(Pages, tmp_path))
            assert second.url == first.url
        assert http_ok(second.url), "who leaves ends it for nobody else"
    assert starts(tmp_path) == 1
    left = set(psutil.Process().children(recursive=True)) - children
    psutil.wait_procs(left, 10)
    assert not http_ok(first.url)


def test_who_comes_after_the_last_has_left_finds_it_started_again(tmp_path: Path) -> None:
    with shared(Pages, tmp_path):
        pass
    with shared(Pages, tmp_path) as again:
        assert http_ok(again.url)
    assert starts(tmp_path) == 2


class Broken(Pages):
    def prepare(self) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit(3)"]


def test_after_a_start_that_failed_the_next_one_tries_again(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="exit code 3"), shared(Broken, tmp_path):
        pass
    with shared(Pages, tmp_path) as pages:
        assert http_ok(pages.url)
