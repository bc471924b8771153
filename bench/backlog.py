"""One side against one backlog: how fast it clears it, and what that costs.

The backlog is on the topic before the side starts. The clock runs from the first results that a
reader of committed records can see after a tenth of the backlog to the last ones, so that
neither start-up nor warm-up counts. Then the whole output is read: each message must be there.
"""

import asyncio
import itertools
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import kafka
from bench.clock import ScorerClock
from bench.peers.job import Job, Mode
from bench.processes import Usage, stop, usage
from bench.services import Services
from bench.settings import BenchSettings
from bench.sides import Side, process_environment
from bench.texts import Messages
from bench.v2 import HEADERS, as_requests
from sentiment.errors import BadbuzzError
from sentiment.settings import Settings
from stream.topics import create_topics, created_topics

BATCH = 2_000
_POLL_SECONDS = 0.025
_QUIET_SECONDS = 1.5
_WARM_SHARE = 0.1
_PATIENCE_SECONDS = 60.0

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sample:
    """What stood at one moment."""

    time: float
    ends: dict[int, int]
    used: Usage
    broker: Usage
    scorer: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """What one run has shown. CPU in microseconds for each message of the measured window.

    Attributes:
        missing: messages without a result; twice: results beyond the first of their message.
        seconds: of the window; counted: results within it.
        tokenise, infer: the Scorer's part of `cpu`.
        memory: megabytes resident, largest of the window.
    """

    side: str
    mode: str
    messages: int
    workers: int
    missing: int
    twice: int
    seconds: float
    counted: int
    rate: float
    cpu: float
    tokenise: float
    infer: float
    broker_cpu: float
    memory: float
    memory_over_time: list[tuple[float, float]]

    @property
    def scorer_share(self) -> float:
        """The Scorer's share of the process' CPU."""
        return (self.tokenise + self.infer) / self.cpu if self.cpu else 0.0

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "scorer_share": self.scorer_share}


@dataclass(frozen=True)
class Filled:
    """What came before the backlog: probes sent, results of them, and when it was all there."""

    probes: int
    before: int
    at: float


class Bench:
    """What all runs share."""

    def __init__(
        self, settings: BenchSettings, services: Services, messages: Messages, artefact: Path
    ) -> None:
        self.settings = settings
        self.services = services
        self.messages = messages
        self.artefact = artefact

    def with_settings(self, **changes: Any) -> "Bench":
        """The same with other settings."""
        settings = self.settings.model_copy(update=changes)
        return Bench(settings, self.services, self.messages, self.artefact)

    def run(
        self, side: Side, mode: Mode, count: int, workers: int = 1, partitions: int | None = None
    ) -> Run:
        """Measure one side once.

        Raises:
            BadbuzzError: its process ended, or a minute passed without a result.
        """
        return asyncio.run(self._run(side, mode, count, workers, partitions))

    async def _run(
        self, side: Side, mode: Mode, count: int, workers: int, partitions: int | None
    ) -> Run:
        partitions = partitions or self.settings.partitions
        settings = self.settings.model_copy(update={"partitions": partitions})
        async with self.job(settings, mode) as job:
            late = side.late or workers > 1
            if not late:
                await self._fill(job, settings, count)
            async with (
                self.processes(side, job, settings, workers) as group,
                kafka.Watch(self.services.brokers, job.target, settings.partitions) as watch,
            ):
                filled = Filled(0, 0, 0.0)
                if late:
                    filled = await self._fill_late(job, settings, watch, group, count)
                samples = await self._watch(job, watch, group, filled.before + count)
            return await self._evaluate(group, job, samples, count, filled)

    @asynccontextmanager
    async def job(self, settings: BenchSettings, mode: Mode) -> AsyncIterator[Job]:
        """Topics of their own, removed at the end."""
        prefix = f"bench{next(_numbers)}."
        state = settings.cache / "state"
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        job = Job(
            self.services.brokers, prefix, mode, self.artefact, settings.threads, BATCH,
            state / "clock", state,
        )  # fmt: skip
        topics = Settings(
            kafka_brokers=self.services.brokers,
            topic_prefix=prefix,
            partitions=settings.partitions,
        )
        created = await create_topics(topics)
        await created_topics(topics)
        try:
            yield job
        finally:
            await kafka.delete(self.services.brokers, created)

    @asynccontextmanager
    async def processes(
        self, side: Side, job: Job, settings: BenchSettings, workers: int
    ) -> AsyncIterator["Group"]:
        """The side's processes, stopped at the end."""
        environment = process_environment(job, self.services, settings)
        command = side.command(settings.cache)
        log = settings.cache / f"{side.name}.log"
        with log.open("wb") as output:
            started = [
                subprocess.Popen(  # noqa: ASYNC220 - starts at once, nothing else runs here
                    command, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                    stderr=subprocess.STDOUT, cwd=job.state,
                )
                for _ in range(workers)
            ]  # fmt: skip
        try:
            yield Group(side, started, log)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                stop(process)

    async def _fill(self, job: Job, settings: BenchSettings, count: int) -> None:
        await kafka.fill(job.brokers, job.source, settings.partitions, self.messages.values, count)

    async def _fill_late(
        self, job: Job, settings: BenchSettings, watch: kafka.Watch, group: "Group", count: int
    ) -> Filled:
        """Fill once the processes read: those that see no earlier messages, and several at once."""
        if not group.side.late:
            await asyncio.wait_for(
                kafka.wait_for_members(job.brokers, job.prefix, group.size), _PATIENCE_SECONDS
            )
            await asyncio.sleep(1)
            await self._fill(job, settings, count)
            return Filled(0, 0, time.monotonic())
        requests = as_requests(self.messages)
        probes = await self._wake(job, watch, group, requests)
        before = sum((await watch.ends()).values())
        await kafka.fill(
            job.brokers,
            job.source,
            settings.partitions,
            requests,
            count,
            first=probes,
            headers=HEADERS,
        )
        return Filled(probes, before, time.monotonic())

    async def _wake(
        self, job: Job, watch: kafka.Watch, group: "Group", requests: list[bytes]
    ) -> int:
        """Send one probe after the other until one has come through; gives their number."""
        for number in itertools.count():
            group.check()
            if sum((await watch.ends()).values()):
                return number
            await kafka.fill(job.brokers, job.source, 1, requests, 1, first=number, headers=HEADERS)
            await asyncio.sleep(1)
        raise AssertionError

    async def _watch(
        self, job: Job, watch: kafka.Watch, group: "Group", count: int
    ) -> list[Sample]:
        """Samples from before the first result until no more come."""
        clock = ScorerClock(job.clock)
        samples: list[Sample] = []
        moved = time.monotonic()
        while True:
            ends = await watch.ends()
            now = time.monotonic()
            if not samples or ends != samples[-1].ends:
                moved = now
                samples.append(
                    Sample(now, ends, group.usage(), usage(self.services.broker_pid), clock.read())
                )
            if sum(ends.values()) >= count and now - moved > _QUIET_SECONDS:
                return samples
            if now - moved > _PATIENCE_SECONDS:
                raise BadbuzzError(
                    f"expected {count} results of {group.side.title}, got no more after "
                    f"{sum(ends.values())}; see {group.log}."
                )
            group.check()
            await asyncio.sleep(_POLL_SECONDS)

    async def _evaluate(
        self, group: "Group", job: Job, samples: list[Sample], count: int, filled: Filled
    ) -> Run:
        last = samples[-1]
        warm = filled.before + _WARM_SHARE * count
        start = next(
            (s for s in samples if sum(s.ends.values()) >= warm and s.time >= filled.at), last
        )
        counted = await kafka.count(job.brokers, job.target, last.ends, count, filled.probes)
        done = counted.between(start.ends, last.ends)

        def micro(value: Callable[[Sample], float]) -> float:
            return (value(last) - value(start)) / max(done, 1) * 1e6

        seconds = last.time - start.time
        return Run(
            side=group.side.name,
            mode=job.mode,
            messages=count,
            workers=group.size,
            missing=count - counted.found,
            twice=counted.twice,
            seconds=seconds,
            counted=done,
            rate=done / seconds if seconds else 0.0,
            cpu=micro(lambda sample: sample.used.cpu),
            tokenise=micro(lambda sample: sample.scorer[0]),
            infer=micro(lambda sample: sample.scorer[1]),
            broker_cpu=micro(lambda sample: sample.broker.cpu),
            memory=max(sample.used.rss for sample in samples) / 1e6,
            memory_over_time=_thinned(samples),
        )


def _thinned(samples: list[Sample], most: int = 200) -> list[tuple[float, float]]:
    """Seconds since the first sample, and megabytes."""
    step = max(len(samples) // most, 1)
    return [(s.time - samples[0].time, s.used.rss / 1e6) for s in samples[::step]]


class Group:
    """The processes of a side."""

    def __init__(self, side: Side, started: list[subprocess.Popen[bytes]], log: Path) -> None:
        self.side = side
        self.log = log
        self.size = len(started)
        self._started = started

    def check(self) -> None:
        """Raises BadbuzzError when one has ended."""
        for process in self._started:
            if process.poll() is not None:
                raise BadbuzzError(
                    f"{self.side.title} ended with exit code {process.returncode}; see {self.log}."
                )

    def usage(self) -> Usage:
        """Of all together."""
        used = [usage(process.pid) for process in self._started]
        return Usage(sum(one.cpu for one in used), sum(one.rss for one in used))
