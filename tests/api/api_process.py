"""A real `badbuzz api` process for tests: its own topics, its own registered model."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import BaseModel

from infra.local.ports import free_port
from sentiment.messages import Feedback
from sentiment.settings import Settings
from stream.kafka.topics import create_topics
from tests.artefacts import make_artefact
from tests.registered import registered
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

T = TypeVar("T")

ROLES = {
    "reader": "read",
    "caller": "predict",
    "corrector": "feedback",
    "namer": "brands",
    "scraper": "metrics",
    "boss": "admin",
    "everything": "admin+metrics",
}
KEYS = {name: f"{name}-key-0123456789" for name in ROLES}


def wait_for(get: Callable[[], T], seconds: float = 60.0, what: str = "") -> T:
    """The first true result of `get`; AssertionError when there is none in time."""
    until = time.monotonic() + seconds
    while True:
        found = get()
        if found:
            return found
        assert time.monotonic() < until, f"waited {seconds} s for {what or get}"
        time.sleep(0.05)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, on a loop in a thread of its own: Playwright runs one in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class Installation:
    """Names of one installation: a prefix of topics, a model, folders."""

    folder: Path
    brokers: str
    mlflow: str
    prefix: str = field(default_factory=lambda: f"t{uuid4().hex[:8]}.")

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            kafka_brokers=self.brokers,
            mlflow_tracking_uri=self.mlflow,
            topic_prefix=self.prefix,
            model_name=f"{self.prefix}sentiment",
            models_dir=self.folder / "models",
            partitions=2,
        )

    @property
    def environment(self) -> dict[str, str]:
        settings = self.settings
        return {
            "KAFKA_BROKERS": self.brokers,
            "MLFLOW_TRACKING_URI": self.mlflow,
            "BADBUZZ_TOPIC_PREFIX": self.prefix,
            "BADBUZZ_MODEL_NAME": settings.model_name,
            "BADBUZZ_MODELS_DIR": str(settings.models_dir),
            "BADBUZZ_MODEL_POLL_SECONDS": "0.5",
            "BADBUZZ_API_LIVE_INTERVAL_SECONDS": "0.1",
        }

    def make_topics(self) -> None:
        run(create_topics(self.settings))

    def promote(self, bias: float = 0.0, candidate: str = "toy") -> str:
        """Register a toy version and let the alias name it; its number."""
        artefact = make_artefact(self.folder / f"artefact-{uuid4().hex}", bias, candidate)
        versions = Versions(TrainerSettings(**dict(self.settings)))
        number = registered(versions, artefact)
        versions.point(number)
        return number

    def publish(self, topic: str, *records: tuple[str, BaseModel]) -> None:
        """Write (key, value) records, acknowledged."""

        async def write() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.brokers) as producer:
                for key, value in records:
                    content = value.model_dump_json().encode()
                    await producer.send_and_wait(self.prefix + topic, content, key.encode())

        run(write())

    def feedback(self) -> list[Feedback]:
        """All records of the topic `feedback`, in order of partition and offset."""

        async def read() -> list[Feedback]:
            topic = f"{self.prefix}feedback"
            parts = [TopicPartition(topic, n) for n in range(self.settings.partitions)]
            async with AIOKafkaConsumer(bootstrap_servers=self.brokers) as consumer:
                found: list[bytes] = []
                consumer.assign(parts)
                for part, end in (await consumer.end_offsets(parts)).items():
                    consumer.seek(part, 0)
                    while await consumer.position(part) < end:
                        records = await consumer.getmany(part, timeout_ms=1_000)
                        found += [one.value for ones in records.values() for one in ones]
                return [Feedback.model_validate_json(value) for value in found]

        return run(read())


class ApiProcess:
    """`badbuzz api` on a free port, ready when entered."""

    def __init__(self, installation: Installation, ready: bool = True, **variables: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = installation.folder / f"api-{self.port}.log"
        self._environment = {
            **os.environ,
            **installation.environment,
            "BADBUZZ_API_PORT": str(self.port),
            **variables,
        }
        self._folder = installation.folder
        self._ready = ready
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("badbuzz")), "api"],
                env=self._environment,
                cwd=self._folder,
                stderr=log,
                stdout=log,
            )
        path = "/ready" if self._ready else "/health"
        try:
            wait_for(lambda: self._answers(path), 90, f"{path}; log: {self.log}")
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def metric(self, line: str, **headers: str) -> float | None:
        """The value of the sample that begins with `line`."""
        text = httpx.get(f"{self.url}/metrics", headers=headers).text
        for row in text.splitlines():
            if row.startswith(line + " "):
                return float(row.rpartition(" ")[2])
        return None

    def _answers(self, path: str) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3_000:]
        try:
            return httpx.get(self.url + path).status_code == 200
        except httpx.TransportError:
            return False
