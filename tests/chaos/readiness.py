"""Waiting for a worker, and for anything else that becomes true."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable

from tests.chaos.fleet import Worker


def wait_until(what: Callable[[], bool], seconds: float, why: str) -> float:
    """Waits for something to become true; returns how many seconds it took."""
    started = time.monotonic()
    while not what():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} s: {why}")
        time.sleep(0.1)
    return time.monotonic() - started


def page(worker: Worker, path: str) -> tuple[int, str]:
    """Status and body of one of a worker's pages; status 0 while it does not listen."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_ready(worker: Worker) -> None:
    """Waits until a worker owns partitions and has a model."""
    try:
        wait_until(lambda: page(worker, "/ready")[0] == 200, 120, "the worker is ready")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{worker.log.read_text()[-3000:]}") from None
