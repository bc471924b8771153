"""`python -m bench.hot_brand`: do more workers count more mentions of one single brand?

All tweets name the same brand, so that one worker counts all of its mentions, while all of them
score. Each worker may use one core alone; broker and bench use what is left of all cores. Needs as
many cores as the largest number of workers. Reported for each number of workers, in turn: tweets a
second from a tenth of the backlog to its end, when all of them are scored and counted.
"""

import asyncio
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson
from aiokafka.errors import KafkaError
from rich.console import Console

from bench import kafka, services
from bench.artefacts import make_artefact
from bench.machine import machine
from bench.processes import stop
from bench.services import Services
from bench.settings import BenchSettings
from bench.texts import load_messages
from sentiment.topics import MENTIONS, TWEETS
from stream.kafka.lag import group_lag
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings

_WARM = 0.1
_BRAND = "acme"
_numbers = itertools.count(1)


@click.command()
@click.option("--tweets", default=150_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--workers", "sizes", multiple=True, type=int, default=(1, 2), show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, tweets: int, rounds: int, sizes: tuple[int, ...], out: Path | None) -> None:
    """One hot brand, and 1, 2, ... workers."""
    settings, console, facts = BenchSettings(), Console(stderr=True), machine()
    if (cores := os.cpu_count() or 1) < max(sizes):
        raise click.UsageError(f"expected {max(sizes)} cores, one a worker; here are {cores}")
    messages = load_messages(settings.sentiment140_csv)
    artefact, what = make_artefact(settings, messages.texts, settings.cache / "hot")
    values = [_of_the_brand(value) for value in messages.values[:tweets]]
    rates: dict[int, list[int]] = {size: [] for size in sizes}
    with services.started(settings.cache / "services") as running:
        services.register(running, artefact)
        for number, size in itertools.product(range(rounds), sizes):
            rates[size].append(asyncio.run(_measure(settings, running, values, tweets, size)))
            console.print(f"round {number + 1}, workers {size}: {rates[size][-1]:,}/s")
    report: dict[str, Any] = {
        "machine": facts,
        "model": what,
        "texts": messages.origin,
        "tweets": tweets,
        "tweets_a_second": rates,
        "median": {size: round(statistics.median(found)) for size, found in rates.items()},
    }
    print(json.dumps(report, indent=1))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "hot_brand.json").write_text(json.dumps(report, indent=1) + "\n")


def _of_the_brand(value: bytes) -> bytes:
    tweet = orjson.loads(value)
    del tweet["created_at"]  # said when it is sent
    return orjson.dumps({**tweet, "brand": _BRAND})


async def _measure(
    settings: BenchSettings, running: Services, values: list[bytes], tweets: int, workers: int
) -> int:
    """Tweets a second."""
    stream = StreamSettings(
        kafka_brokers=running.brokers,
        topic_prefix=f"hot{next(_numbers)}.",
        partitions=settings.partitions,
        group=f"hot{time.time_ns()}",
    )
    made = await create_topics(stream)
    await created_topics(stream)
    with _started(stream, running, workers, settings.cache / "hot-state"):
        await asyncio.wait_for(
            kafka.wait_for_members(running.brokers, stream.group, workers), timeout=60
        )
        source = stream.topic(TWEETS)
        await kafka.fill(running.brokers, source, settings.partitions, values, tweets)
        first, began = await _until(stream, tweets, tweets * (1 - _WARM))
        last, ended = await _until(stream, tweets, 0)
    await kafka.delete(running.brokers, made)
    return round((first - last) / (ended - began))


@contextmanager
def _started(
    stream: StreamSettings, running: Services, workers: int, folder: Path
) -> Iterator[None]:
    """Workers, each on a core of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {
        "PATH": "/usr/bin:/bin",
        "KAFKA_BROKERS": running.brokers,
        "MLFLOW_TRACKING_URI": running.mlflow,
        "BADBUZZ_TOPIC_PREFIX": stream.topic_prefix,
        "BADBUZZ_GROUP": stream.group,
        "BADBUZZ_SCORER_THREADS": "1",
        "BADBUZZ_WEB_PORT": "0",
        "BADBUZZ_LOG_LEVEL": "WARNING",
    }
    command = [str(Path(sys.executable).with_name("badbuzz")), "worker"]
    cores = sorted(os.sched_getaffinity(0))
    processes = []
    for number in range(workers):
        own = {
            "BADBUZZ_STATE_DIR": str(folder / str(number)),
            "BADBUZZ_MODELS_DIR": str(folder / f"models-{number}"),
        }
        process = subprocess.Popen(command, env=environment | own)
        os.sched_setaffinity(process.pid, {cores[number]})
        processes.append(process)
    try:
        yield
    finally:
        for process in processes:
            stop(process)


async def _until(stream: StreamSettings, tweets: int, left: float) -> tuple[int, float]:
    """Tweets that are not counted yet, and when, once they are at most so many."""
    while True:
        await asyncio.sleep(0.2)
        try:
            counted = await _counted(stream)
        except KafkaError:
            continue
        if tweets - counted <= left:
            return tweets - counted, time.monotonic()


async def _counted(stream: StreamSettings) -> int:
    """Tweets whose mention is counted: those that are scored, without the mentions that wait."""
    source, target = stream.topic(TWEETS), stream.topic(MENTIONS)
    waiting = await group_lag(stream, stream.group, source)
    ends = await _ends(stream, source)
    behind = await group_lag(stream, stream.group, target)
    return ends - sum(waiting.values()) - sum(behind.values())


async def _ends(stream: StreamSettings, topic: str) -> int:
    async with kafka.Watch(stream.kafka_brokers, topic, stream.partitions) as watch:
        return sum((await watch.ends()).values())


if __name__ == "__main__":
    main()
