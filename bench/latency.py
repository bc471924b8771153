"""From a tweet's timestamp to the moment a reader of committed records has its result.

Generator and reader are processes of their own, of librdkafka, on the same cores: they take a
part of the capacity that the loads are shares of, so a share of 0.8 is more than that here.
"""

import asyncio
import subprocess
from typing import Any

import numpy as np
from rich.console import Console

from bench import kafka
from bench.backlog import Bench
from bench.environments import environment
from bench.group import Group, running
from bench.peers.job import Job
from bench.processes import stop
from bench.sides import SIDES, Side, process_environment

_WARM_SHARE = 0.2
_START_SECONDS = 2.0


def latency(bench: Bench, console: Console) -> dict[str, Any]:
    """Percentiles by round, side and load; the sides take turns.

    Each load is a share of the capacity that the side has shown just before: on a machine that
    others use too, what was half of it a quarter of an hour ago may be all of it.
    """
    rows = []
    for number in range(bench.settings.rounds):
        for side in (side for side in SIDES if side.name in bench.settings.latency_sides):
            capacity = _capacity(bench, side)
            for share in bench.settings.latency_shares:
                row = asyncio.run(_load(bench, side, capacity * share))
                facts = {"round": number, "side": side.name, "capacity": capacity, "share": share}
                rows.append({**facts, **row})
                console.print(rows[-1])
    return {"rows": rows}


def _capacity(bench: Bench, side: Side) -> float:
    count = bench.settings.slow_messages if side.slow else bench.settings.messages
    return bench.run(side, "score", count).rate


async def _load(bench: Bench, side: Side, rate: float) -> dict[str, Any]:
    settings = bench.settings
    async with bench.job(settings, "score") as job:
        with running(side, job, bench.services, settings, 1) as group:
            return await _measure(bench, job, group, rate)


async def _measure(bench: Bench, job: Job, group: Group, rate: float) -> dict[str, Any]:
    settings = bench.settings
    python = str(environment("confluent", settings.cache))
    total = int(rate * settings.latency_seconds)
    await asyncio.wait_for(kafka.wait_for_members(job.brokers, job.prefix, 1), 60)
    await asyncio.sleep(_START_SECONDS)
    values, result = job.state / "values", job.state / "latency.npy"
    values.write_bytes(b"\n".join(bench.messages.values[:20_000]))
    sizes = (str(rate), str(settings.latency_seconds), str(settings.partitions))
    module = "bench.peers.confluent"
    observer = _start(bench, job, python, f"{module}.observer", str(total), sizes[-1], str(result))
    generator = _start(bench, job, python, f"{module}.generator", str(values), *sizes)
    try:
        for process in (generator, observer):
            await asyncio.to_thread(process.wait)
    finally:
        stop(generator)
        stop(observer)
    group.check()
    return _percentiles(np.load(result), total, rate)


def _start(bench: Bench, job: Job, *command: str) -> subprocess.Popen[bytes]:
    python, module, *arguments = command
    environment = process_environment(job, bench.services, bench.settings)
    return subprocess.Popen([python, "-m", module, *arguments], env=environment)


def _percentiles(seen: np.ndarray[Any, Any], total: int, rate: float) -> dict[str, Any]:
    """Over all but the first fifth, which warms up."""
    stamps = seen[:, 0]
    first = stamps.min() + _WARM_SHARE * (stamps.max() - stamps.min())
    ages = seen[stamps >= first, 1]
    p50, p95, p99 = np.percentile(ages, (50, 95, 99))
    return {
        "rate_wanted": rate,
        "rate": len(seen) / max((stamps.max() - stamps.min()) / 1000, 1e-9),
        "missing": total - len(seen),
        "p50_ms": float(p50),
        "p95_ms": float(p95),
        "p99_ms": float(p99),
        "most_ms": float(ages.max()),
    }
