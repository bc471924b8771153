"""`python -m bench.idle_brands`: memory of one partition's brands, each named once, without Kafka.

The same as `bench.brand_memory` in one process: mentions go through the stage that counts them, in
batches, and what it would publish is dropped.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson
import psutil
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from bench.machine import machine
from sentiment.topics import ALERTS, HOURS
from stream.batches.batch import Batch
from stream.buzz.detector import Detector
from stream.buzz.watermark import Watermark
from stream.mentions.brand_states import BrandStates
from stream.mentions.brand_store import BrandStore
from stream.mentions.mention_batch import MentionBatch, MentionContext
from stream.mentions.room import Room
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings

_BATCH = 500
_STEPS = 8


@click.command()
@click.option("--brands", default=1_000_000, show_default=True)
def main(*, brands: int) -> None:
    """Memory of one partition's brands, each named once."""
    settings = StreamSettings()
    held = settings.brands_held // settings.partitions
    with tempfile.TemporaryDirectory() as folder:
        states = BrandStates(
            Detector(), Watermark(1, sources=settings.partitions, idle_ms=30_000),
            BrandStore(Path(folder)), Room(held),
        )  # fmt: skip
        before, started = _memory_mb(), time.process_time()
        rows = [
            {"brands": last, "memory_mb": _memory_mb(), "disk_mb": _disk_mb(Path(folder))}
            for last in _counted(settings, states, brands)
        ]
        seconds = round(time.process_time() - started, 1)
        states.close()
    report = {"machine": machine(), "held": held, "before_mb": before, "cpu_seconds": seconds}
    print(json.dumps({**report, "after": rows}, indent=1))


def _counted(settings: StreamSettings, states: BrandStates, brands: int) -> Iterator[int]:
    """Count a mention of each brand; yields now and then how many there were."""
    nothing: Callable[[object], None] = lambda _: None  # noqa: E731
    partitions = {settings.topic(topic): settings.partitions for topic in (ALERTS, HOURS)}
    context = MentionContext(
        settings, StreamMetrics(CollectorRegistry()), partitions,
        lambda _: None, nothing, nothing, nothing,
    )  # fmt: skip
    work, now = MentionBatch(context, states), int(time.time() * 1000) - brands
    step = max(brands // _STEPS // _BATCH, 1) * _BATCH
    for first in range(0, brands, _BATCH):
        records = [_mention(number, now + first) for number in range(first, first + _BATCH)]
        batch = Batch("brand.mentions", 0, first, first + _BATCH, records, None)  # type: ignore[arg-type]
        work.publish(work.count(batch))
        if (first + _BATCH) % step == 0:
            yield first + _BATCH


def _mention(number: int, at: int) -> ConsumerRecord:
    value = orjson.dumps({
        "brand": f"made up {number}", "id": str(number), "text": f"late again, number {number}",
        "event_time": datetime.fromtimestamp(at / 1000, UTC), "label": "negative",
        "p_negative": 0.9, "model_version": "1", "source_partition": number % 4,
        "source_offset": number,
    })  # fmt: skip
    return ConsumerRecord("brand.mentions", 0, number, at, 1, None, value, None, 0, len(value), ())


def _memory_mb() -> int:
    return round(psutil.Process().memory_info().rss / 1e6)


def _disk_mb(folder: Path) -> int:
    return round(sum(file.stat().st_size for file in folder.iterdir()) / 1e6)


if __name__ == "__main__":
    main()
