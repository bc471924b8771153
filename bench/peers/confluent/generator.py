"""Pushes messages at a steady rate; the key of each is the time of sending, in nanoseconds."""

import sys
import time
from pathlib import Path

from confluent_kafka import Producer

from bench.peers.job import Job, from_environment

_TICK_SECONDS = 0.005


def main(job: Job, values: list[bytes], rate: float, seconds: float, partitions: int) -> None:
    """Run for `seconds`, in ticks of 5 ms."""
    producer = Producer(
        {
            "bootstrap.servers": job.brokers,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    total = int(rate * seconds)
    sent = 0
    started = time.monotonic()
    while sent < total:
        due = min(int((time.monotonic() - started) * rate) + 1, total)
        for number in range(sent, due):
            value = values[number % len(values)]
            # Topics keep the time of arrival: the key carries the time of sending.
            key = b"%d" % time.time_ns()
            producer.produce(job.source, value, key, number % partitions)
        sent = due
        producer.poll(0)
        time.sleep(_TICK_SECONDS)
    producer.flush()


if __name__ == "__main__":
    _file, _rate, _seconds, _partitions = sys.argv[1:]
    _values = Path(_file).read_bytes().split(b"\n")
    main(from_environment(), _values, float(_rate), float(_seconds), int(_partitions))
