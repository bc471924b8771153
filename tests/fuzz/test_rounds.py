"""Rounds of hostile input through every door of an installation. `make fuzz` runs many.

A short form runs with all tests. `FUZZ_SECONDS` says for how long, `FUZZ_BATCHES` how many batches
a topic gets in a round, and `FUZZ_SEED` repeats a run.
"""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx
import psutil
import pytest

from sentiment.topics import TWEETS
from stream.settings import StreamSettings
from tests.api.api_process import ApiProcess, Installation
from tests.artefacts import make_artefact
from tests.chaos.fleet import Fleet, Worker
from tests.fuzz import files
from tests.fuzz.http import Edge
from tests.fuzz.kafka import Census, Sent, attack, plan
from tests.fuzz.latency import PER_SECOND, latencies
from tests.fuzz.records import seed
from tests.fuzz.registry import Registry
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag
from trainer.registry.register import Versions

FUZZ_SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
BATCHES = int(os.environ.get("FUZZ_BATCHES", "10"))
REQUESTS, FILES = BATCHES * 20, BATCHES
BESIDE_SECONDS = 8.0 if FUZZ_SECONDS else 3.0
HOSTILE_SHARE = 0.1
"""Of the records while the latency of the tweets beside them is measured; then they are a flood."""
WORKER_MB, API_MB = 900, 600
READY_SECONDS = 10
MODEL_CHECK_SECONDS = 10

pytestmark = [pytest.mark.live, pytest.mark.timeout(600 + 2 * FUZZ_SECONDS)]


@dataclass
class Attacked:
    """An installation, what it is attacked with, and what was found.

    Attributes:
        alone: p99 of the tweets' latency without hostile records, by round.
        beside: p99 beside hostile records, by round.
    """

    settings: StreamSettings
    worker: Worker
    api: ApiProcess
    census: Census
    registry: Registry
    model: Path
    folder: Path
    faults: list[str] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    worker_mb: float = 0.0
    api_mb: float = 0.0

    def round(self, number: int) -> None:
        """One round; what is wrong goes to `faults`."""
        self._records(number)
        edge = Edge(self.api.url, self.api.port)
        self.faults += edge.attack(REQUESTS, number)
        print(f"  answers {dict(sorted(edge.answers.items()))}")
        self._versions(number)
        self.faults += files.attack(self.folder / "files", self.model, FILES, number)
        self._look(number)

    def _records(self, number: int) -> None:
        made = plan(BATCHES, number)
        few = int(BESIDE_SECONDS * PER_SECOND * HOSTILE_SHARE)
        with ThreadPoolExecutor(1) as pool:
            alone = asyncio.run(latencies(self.settings, BESIDE_SECONDS, f"alone-{number}"))
            sending = pool.submit(
                asyncio.run, attack(self.settings, made[:few], number, BESIDE_SECONDS)
            )
            beside = asyncio.run(latencies(self.settings, BESIDE_SECONDS, f"beside-{number}"))
            slow: Sent = sending.result()
        flood = asyncio.run(attack(self.settings, made[few:], -number))
        self.good |= slow.good | flood.good
        self.alone.append(quantiles(alone, n=100)[-1])
        self.beside.append(quantiles(beside, n=100)[-1])
        if slow.batches[TWEETS] + flood.batches[TWEETS] < BATCHES / 2:
            self.faults.append(f"the broker refused most batches: {flood.refused}")

    def _versions(self, number: int) -> None:
        fault = self.registry.attack(random.Random(number))
        time.sleep(2)  # it is looked at
        ready = page(self.worker, "/ready")[0], httpx.get(f"{self.api.url}/ready").status_code
        if ready != (200, 200):
            self.faults.append(f"not ready after a version with {fault}: {ready}")
        good = self.registry.good()
        seconds = MODEL_CHECK_SECONDS + READY_SECONDS
        for what, running in (("worker", self._worker_version), ("API", self._api_version)):
            try:
                wait_until(lambda now=running: now() == good, seconds, "")
            except AssertionError:
                self.faults.append(f"after a version with {fault} the {what} ran no good one")

    def _worker_version(self) -> str | None:
        body = page(self.worker, "/ready")[1]
        return None if not body else httpx.Response(200, content=body).json()["model_version"]

    def _api_version(self) -> str | None:
        answer = httpx.get(f"{self.api.url}/ready")
        return answer.json().get("model_version") if answer.status_code == 200 else None

    def _look(self, number: int) -> None:
        try:
            wait_until(self._is_ready, READY_SECONDS, "worker and API are ready")
            wait_until(lambda: lag(self.settings, TWEETS) == 0, 60, "all tweets are done with")
        except AssertionError as error:
            self.faults.append(str(error))
        self.census.count()
        self.faults += self.census.faults()
        if missing := self.good - self.census.scored:
            self.faults.append(f"{len(missing)} good tweets were not scored")
        self.worker_mb = max(self.worker_mb, memory_mb(self.worker.process.pid))
        assert self.api.process is not None
        self.api_mb = max(self.api_mb, memory_mb(self.api.process.pid))
        print(
            f"round {number}: {len(self.census.came):,} records, p99 {self.alone[-1]:.3f} s alone, "
            f"{self.beside[-1]:.3f} s beside; worker {self.worker_mb:.0f} MB, API "
            f"{self.api_mb:.0f} MB; {len(self.faults)} faults",
            flush=True,
        )

    def _is_ready(self) -> bool:
        paths = ("/live", "/ready", "/health")
        api = [httpx.get(self.api.url + path, timeout=5).status_code for path in paths]
        return [*api, *(page(self.worker, path)[0] for path in paths)] == [200] * 6


def memory_mb(process: int) -> float:
    """Resident memory, and that of the checks of versions that run."""
    of = psutil.Process(process)
    return float(of.memory_info().rss) / 1e6


@contextmanager
def attacked(
    settings: StreamSettings, versions: Versions, fleet: Fleet, folder: Path
) -> Iterator[Attacked]:
    """A worker and an API on the same topics and model."""
    registry = Registry(versions, settings.mlflow_tracking_uri, folder)
    registry.good()
    fleet.environment["BADBUZZ_MODEL_CHECK_SECONDS"] = str(MODEL_CHECK_SECONDS)
    worker = fleet.start()
    (folder / "api").mkdir()
    place = Installation(
        folder / "api", settings.kafka_brokers, settings.mlflow_tracking_uri, settings.topic_prefix
    )
    with ApiProcess(place, **{**fleet.environment, "BADBUZZ_STATE_DIR": str(folder)}) as api:
        wait_ready(worker)
        model = make_artefact(folder / "model")
        yield Attacked(settings, worker, api, Census(settings), registry, model, folder)


def test_hostile_input_through_every_door_stops_nothing_and_each_record_comes_out_once(
    settings: StreamSettings,
    versions: Versions,
    fleet: Fleet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "KAFKA_BROKERS": settings.kafka_brokers,
        "BADBUZZ_TOPIC_PREFIX": settings.topic_prefix,
    }.items():
        monkeypatch.setenv(name, value)  # `badbuzz replay` runs in this process
    first = number = seed()
    print(f"FUZZ_SEED={first}")
    until = time.monotonic() + FUZZ_SECONDS
    with attacked(settings, versions, fleet, tmp_path) as one:
        while number == first or time.monotonic() < until:
            one.round(number)
            number += 1
        assert one.faults == [], f"FUZZ_SEED={first}"
        assert one.worker_mb < WORKER_MB
        assert one.api_mb < API_MB
        if FUZZ_SECONDS:
            ratio = median(b / a for a, b in zip(one.alone, one.beside, strict=True))
            print(f"p99 beside hostile records: {ratio:.2f} times that without")
            assert ratio < 2

        again = fleet.start()
        wait_ready(again)
        one.worker.process.terminate()
        assert one.worker.process.wait(10) is not None
        one.worker = again
        assert asyncio.run(latencies(settings, 1, "after"))
        assert again.process.poll() is None, again.log.read_text()[-3_000:]
