"""A plain Faust agent over Faust's own transport: one event at a time, or `take`."""

import asyncio
import sys
from typing import Any

import faust

from bench.peers.contract import Item, Work, make_work
from bench.peers.job import Job, from_environment


def main(job: Job, taking: bool) -> None:
    """Run until SIGTERM."""
    app = faust.App(
        job.prefix,
        broker=f"kafka://{job.brokers}",
        datadir=job.state,
        producer_compression_type="lz4",
        # Stock Faust sends at once; for batches it has to collect.
        producer_linger=0.005 if taking else 0.0,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
    )
    source, target = (
        app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw",
                  value_serializer="raw")
        for name in (job.source, job.target)
    )  # fmt: skip
    work = make_work(job)
    app.agent(source)(_take(target, work, job.batch) if taking else _each(target, work))
    faust.Worker(app, loglevel="WARNING", quiet=True).execute_from_commandline()


def _each(target: Any, work: Work) -> Any:
    async def score(stream: Any) -> None:
        async for event in stream.events():
            await _send(target, event, *work([_item(event)]))

    return score


def _take(target: Any, work: Work, most: int) -> Any:
    async def score(stream: Any) -> None:
        async for events in stream.take_events(most, within=0.05):
            values = await asyncio.to_thread(work, [_item(event) for event in events])
            for event, value in zip(events, values, strict=True):
                await _send(target, event, value)

    return score


def _item(event: Any) -> Item:
    return Item(event.value, event.message.partition, event.message.offset)


async def _send(target: Any, event: Any, value: bytes) -> None:
    message = event.message
    await target.send(
        key=event.key, value=value, partition=message.partition, timestamp=message.timestamp
    )


if __name__ == "__main__":
    main(from_environment(), taking="take" in sys.argv[1:])
