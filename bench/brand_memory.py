"""`python -m bench.brand_memory`: what a worker holds when anybody may name any brand.

Each mention names a brand that no other one names. Reported: the worker's resident memory before
them, at the end and at most, and the same of a worker that is started again on what the first one
left in `brand.minutes`; and the files of idle brands on disk.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import click
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from bench import services
from bench.artefacts import make_artefact
from bench.machine import machine
from bench.processes import stop
from bench.services import Services
from bench.settings import BenchSettings
from infra.local.ports import free_port
from sentiment.topics import MENTIONS
from stream.kafka.lag import group_lag
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings

_PATIENCE_SECONDS = 7_200.0
_LOOK_SECONDS = 1.0


@click.command()
@click.option("--brands", default=1_000_000, show_default=True)
def main(*, brands: int) -> None:
    """What a worker holds when anybody may name any brand."""
    settings = BenchSettings()
    artefact, _ = make_artefact(settings, ["a text", "another text"], settings.cache / "agent")
    with services.started(settings.cache / "services") as running:
        services.register(running, artefact)
        stream = StreamSettings(kafka_brokers=running.brokers, partitions=settings.partitions)
        asyncio.run(_make_topics(stream))
        folder = settings.cache / "brand-memory"
        with _worker(running, folder) as first:
            before = _memory_mb(first)["VmRSS"]
            asyncio.run(_fill(stream, brands))
            seconds = _until(lambda: _lag(stream) == 0, first)
            filled = _memory_mb(first)
            disk = sum(file.stat().st_size for file in folder.rglob("brands-*")) / 1e6
        with _worker(running, folder) as again:
            _until(lambda: _lag(stream) == 0, again)
            restored = _memory_mb(again)
    report: dict[str, Any] = {
        "machine": machine(),
        "brands": brands,
        "brands_held": stream.brands_held,
        "seconds": round(seconds),
        "memory_mb": {"before": before, "at the end": filled["VmRSS"], "at most": filled["VmHWM"]},
        "after a restart": {"at the end": restored["VmRSS"], "at most": restored["VmHWM"]},
        "idle_brands_on_disk_mb": round(disk),
    }
    print(json.dumps(report, indent=1))


async def _make_topics(settings: StreamSettings) -> None:
    await create_topics(settings)
    await created_topics(settings)


async def _fill(settings: StreamSettings, brands: int) -> None:
    async with AIOKafkaProducer(
        **settings.kafka_client, linger_ms=20, max_batch_size=262_144, compression_type="lz4"
    ) as producer:
        topic, now = settings.topic(MENTIONS), datetime.now(UTC)
        for number in range(brands):
            mention = {
                "brand": f"made up {number}", "id": str(number), "text": f"late again, {number}",
                "event_time": now, "label": "negative", "p_negative": 0.9, "model_version": "1",
                "source_partition": number % settings.partitions, "source_offset": number,
            }  # fmt: skip
            await producer.send(topic, orjson.dumps(mention), key=str(mention["brand"]).encode())
        await producer.flush()


@contextmanager
def _worker(running: Services, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that is ready: it has restored what it found."""
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "KAFKA_BROKERS": running.brokers,
        "MLFLOW_TRACKING_URI": running.mlflow,
        "BADBUZZ_STATE_DIR": str(folder / "state"),
        "BADBUZZ_MODELS_DIR": str(folder / "models"),
        "BADBUZZ_WEB_PORT": str(port),
        "BADBUZZ_LOG_LEVEL": "WARNING",
    }
    command = [str(Path(sys.executable).with_name("badbuzz")), "worker"]
    worker = subprocess.Popen(command, env=environment)
    try:
        _until(lambda: _owns_all(port), worker)
        yield worker
    finally:
        stop(worker)


def _owns_all(port: int) -> bool:
    """Whether all partitions of mentions are restored."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            partitions = json.load(answer)["partitions"]
    except OSError:
        return False
    owned = sum(1 for name in partitions if name.startswith(MENTIONS))
    return owned == BenchSettings().partitions


def _lag(settings: StreamSettings) -> int:
    try:
        return sum(
            asyncio.run(group_lag(settings, settings.group, settings.topic(MENTIONS))).values()
        )
    except KafkaError:  # a fresh broker has no coordinator yet
        return -1


def _until(done: Callable[[], bool], worker: "subprocess.Popen[bytes]") -> float:
    """The seconds until something is so."""
    started = time.monotonic()
    while not done():
        if worker.poll() is not None:
            raise SystemExit("the worker ended: see what it printed")
        if time.monotonic() - started > _PATIENCE_SECONDS:
            raise SystemExit("the worker takes too long")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - started


def _memory_mb(worker: "subprocess.Popen[bytes]") -> dict[str, int]:
    """Resident memory now (VmRSS) and at most (VmHWM)."""
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    kib = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return {name: round(int(kib[name].split()[0]) * 1_024 / 1e6) for name in ("VmRSS", "VmHWM")}


if __name__ == "__main__":
    main()
