"""Reads the results as a reader of committed records would, and notes how old each is."""

import sys
import time
from pathlib import Path

import numpy as np
from confluent_kafka import Consumer, TopicPartition

from bench.peers.job import Job, from_environment

_PATIENCE_SECONDS = 20.0


def main(job: Job, count: int, partitions: int, result: Path) -> None:
    """Write [stamp, age], both in milliseconds, of each result, once `count` have been seen."""
    consumer = Consumer(
        {
            "bootstrap.servers": job.brokers,
            "group.id": f"{job.prefix}observer",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.assign([TopicPartition(job.target, number, 0) for number in range(partitions)])
    seen: list[tuple[float, float]] = []
    last = time.monotonic()
    while len(seen) < count and time.monotonic() - last < _PATIENCE_SECONDS:
        messages = [m for m in consumer.consume(1_000, 0.002) if not m.error()]
        if messages:
            last, now = time.monotonic(), time.time() * 1000
            stamps = [int(message.key()) / 1e6 for message in messages]
            seen += [(stamp, now - stamp) for stamp in stamps]
    consumer.close()
    np.save(result, np.array(seen).reshape(-1, 2))


if __name__ == "__main__":
    _count, _partitions, _result = sys.argv[1:]
    main(from_environment(), int(_count), int(_partitions), Path(_result))
