"""`python -m bench.buzz_agent`: what the whole buzz agent costs, in the worker and with Kafka.

Mentions of 10,000 brands (Zipf-like), as many as come in some minutes at 20,000 a second, stand on
`brand.mentions` before the worker starts. Reported: the worker's CPU time a mention, from the
first committed batches to the last, as a share of one core at that rate; its memory; what it
writes to `brand.minutes`. The stage that scores is idle.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from rich.console import Console

from bench import services
from bench.artefacts import make_artefact
from bench.machine import machine
from bench.processes import Tree, stop
from bench.services import Services
from bench.settings import BenchSettings
from sentiment.topics import MENTIONS, MINUTES
from stream.kafka.lag import group_lag
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from stream.transactions.outputs import partition_of

_CHUNK = 100_000
_BATCH_BYTES = 262_144
_WARM = 0.1
"""Part of the mentions that is counted before the measurement begins."""


@click.command()
@click.option("--brands", default=10_000, show_default=True)
@click.option("--rate", default=20_000, show_default=True, help="Mentions a second.")
@click.option("--minutes", default=2, show_default=True, help="Of event time.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, brands: int, rate: int, minutes: int, out: Path | None) -> None:
    """What the whole buzz agent costs."""
    settings, console, facts = BenchSettings(), Console(stderr=True), machine()
    artefact, _ = make_artefact(settings, ["a text", "another text"], settings.cache / "agent")
    folder = settings.cache / "services"
    with services.started(folder) as running:
        services.register(running, artefact)
        stream = StreamSettings(kafka_brokers=running.brokers, partitions=settings.partitions)
        total = rate * 60 * minutes
        asyncio.run(_fill(stream, brands, rate, total))
        console.print(f"{total:,} mentions of {brands:,} brands are there")
        measured = _measure(stream, running, total)
        written = sum(f.stat().st_size for f in folder.rglob(f"{MINUTES}-*/*.log"))
    report: dict[str, Any] = {
        "machine": facts,
        "brands": brands,
        "mentions": total,
        **measured,
        "share_of_a_core": round(measured["cpu_us_per_mention"] * rate / 1e6, 2),
        "state_bytes_per_mention": round(written / total),
    }
    print(json.dumps(report, indent=1))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "buzz_agent.json").write_text(json.dumps(report, indent=1) + "\n")


async def _fill(settings: StreamSettings, brands: int, rate: int, total: int) -> None:
    await create_topics(settings)
    await created_topics(settings)
    topic = settings.topic(MENTIONS)
    place = cache(partial(partition_of, partitions=settings.partitions))
    async with AIOKafkaProducer(
        **settings.kafka_client, acks=1, max_batch_size=_BATCH_BYTES, compression_type="lz4"
    ) as producer:
        builders = {number: producer.create_batch() for number in range(settings.partitions)}
        for key, value in _mentions(brands, rate, total):
            partition = place(key)
            record: dict[str, Any] = {
                "timestamp": None, "key": key, "value": value, "headers": [],
            }  # fmt: skip
            if builders[partition].append(**record) is None:
                await producer.send_batch(builders[partition], topic, partition=partition)
                builders[partition] = producer.create_batch()
                builders[partition].append(**record)
        for partition, builder in builders.items():
            await producer.send_batch(builder, topic, partition=partition)
        await producer.flush()


def _mentions(brands: int, rate: int, total: int) -> Iterator[tuple[bytes, bytes]]:
    rng = np.random.default_rng(1)
    weights = 1 / (np.arange(brands) + 50.0)
    words = [f"word{number}" for number in range(5_000)]
    start = datetime.now(UTC) - timedelta(seconds=total / rate + 600)
    for first in range(0, total, _CHUNK):
        size = min(_CHUNK, total - first)
        chosen = rng.choice(brands, size, p=weights / weights.sum()).tolist()
        said = rng.integers(5_000, size=(size, 14)).tolist()
        scores = rng.beta(0.5, 1.2, size=size).round(6).tolist()
        for offset, (brand, places, p_negative) in enumerate(
            zip(chosen, said, scores, strict=True)
        ):
            at = start + timedelta(seconds=(first + offset) / rate)
            mention = {
                "brand": f"brand-{brand}",
                "id": str(first + offset),
                "text": " ".join([words[place] for place in places]),
                "event_time": at,
                "label": "negative" if p_negative > 0.5 else "positive",
                "p_negative": p_negative,
                "model_version": "1",
                "source_partition": 0,
                "source_offset": first + offset,
            }
            yield mention["brand"].encode(), orjson.dumps(mention)


def _measure(settings: StreamSettings, running: Services, total: int) -> dict[str, float]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "KAFKA_BROKERS": running.brokers,
        "MLFLOW_TRACKING_URI": running.mlflow,
        "BADBUZZ_STATE_DIR": str(Path(".bench") / "agent"),
        "BADBUZZ_MODELS_DIR": str(Path(".bench") / "agent-models"),
        "BADBUZZ_WEB_PORT": "0",
        "BADBUZZ_LOG_LEVEL": "WARNING",
        "MALLOC_ARENA_MAX": "2",  # both as in its image
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
    command = [str(Path(sys.executable).with_name("badbuzz")), "worker"]
    worker = subprocess.Popen(command, env=environment)
    try:
        before = _until(settings, worker, total, total * (1 - _WARM))
        after = _until(settings, worker, total, 0)
    finally:
        stop(worker)
    counted = before[0] - after[0]
    return {
        "cpu_us_per_mention": round((after[1] - before[1]) / counted * 1e6, 1),
        "mentions_a_second": round(counted / (after[2] - before[2])),
        "memory_mb": round(after[3] / 1e6),
    }


def _until(
    settings: StreamSettings, worker: subprocess.Popen[bytes], total: int, left: float
) -> tuple[int, float, float, int]:
    """Mentions left, CPU seconds, time and memory, once at most so many mentions are left."""
    while worker.poll() is None:
        waiting = total
        try:
            lags = asyncio.run(group_lag(settings, settings.group, settings.topic(MENTIONS)))
            waiting = sum(lags.values())
        except KafkaError:  # a fresh broker has no coordinator yet
            pass
        if waiting <= left:
            used = Tree(worker.pid).usage()
            return waiting, used.cpu, time.monotonic(), used.rss
        time.sleep(0.5)
    raise SystemExit("the worker ended: see what it printed")


if __name__ == "__main__":
    main()
