"""One side against one backlog: how fast it clears it, and what that costs.

The backlog is on the topic before the side starts. The clock runs from the first results that a
reader of committed records can see after a tenth of the backlog to the last ones, so that
neither start-up nor warm-up counts. Then the whole output is read: each message must be there.
"""

import asyncio
import itertools
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import kafka
from bench.clock import ScorerClock
from bench.figures import Run, Sample, costs, thinned
from bench.group import Group, running
from bench.peers.job import Job, Mode
from bench.processes import Tree
from bench.services import Services
from bench.settings import BenchSettings
from bench.sides import Side
from bench.texts import Messages
from bench.v2 import HEADERS, as_requests
from sentiment.errors import BadbuzzError
from sentiment.settings import Settings
from stream.kafka.topics import create_topics, created_topics

BATCH = 2_000
_POLL_SECONDS = 0.025
_QUIET_SECONDS = 1.5
_WARM_SHARE = 0.1
_PATIENCE_SECONDS = 60.0

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Filled:
    """How the backlog came.

    Attributes:
        probes: messages sent before it.
        before: results of those.
        at: when all of it was there.
        start: where the clock starts, for a side that reads no backlog: when filling began. Such
            a side may take in all before it gives out the first.
    """

    probes: int = 0
    before: int = 0
    at: float = 0.0
    start: Sample | None = None


class Bench:
    """What all runs share."""

    def __init__(
        self, settings: BenchSettings, services: Services, messages: Messages, artefact: Path
    ) -> None:
        self.settings = settings
        self.services = services
        self.messages = messages
        self.artefact = artefact
        self._broker = Tree(services.broker_pid)

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
            watched = kafka.Watch(job.brokers, job.target, settings.partitions)
            with running(side, job, self.services, settings, workers) as group:
                async with watched as watch:
                    filled = Filled()
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

    async def _fill(self, job: Job, settings: BenchSettings, count: int) -> None:
        await kafka.fill(job.brokers, job.source, settings.partitions, self.messages.values, count)

    async def _fill_late(
        self, job: Job, settings: BenchSettings, watch: kafka.Watch, group: Group, count: int
    ) -> Filled:
        """Fill once the processes read: those that see no earlier messages, and several at once."""
        if not group.side.late:
            await asyncio.wait_for(
                kafka.wait_for_members(job.brokers, job.prefix, group.size), _PATIENCE_SECONDS
            )
            await asyncio.sleep(1)
            await self._fill(job, settings, count)
            return Filled(at=time.monotonic())
        requests = as_requests(self.messages)
        probes = await self._wake(job, watch, group, requests)
        start = await self._sample(watch, group, ScorerClock(job.clock))
        await kafka.fill(
            job.brokers,
            job.source,
            settings.partitions,
            requests,
            count,
            first=probes,
            headers=HEADERS,
        )
        return Filled(probes, sum(start.ends.values()), time.monotonic(), start)

    async def _wake(self, job: Job, watch: kafka.Watch, group: Group, requests: list[bytes]) -> int:
        """Send one probe after the other until one has come through; gives their number."""
        for number in itertools.count():
            group.check()
            if sum((await watch.ends()).values()):
                return number
            await kafka.fill(job.brokers, job.source, 1, requests, 1, first=number, headers=HEADERS)
            await asyncio.sleep(1)
        raise AssertionError

    async def _watch(self, job: Job, watch: kafka.Watch, group: Group, count: int) -> list[Sample]:
        """Samples from before the first result until no more come."""
        clock = ScorerClock(job.clock)
        samples: list[Sample] = []
        while True:
            now = await self._sample(watch, group, clock)
            if not samples or now.ends != samples[-1].ends:
                samples.append(now)
            done, idle = sum(now.ends.values()), now.time - samples[-1].time
            if done >= count and idle > _QUIET_SECONDS:
                return samples
            if idle > _PATIENCE_SECONDS:
                raise BadbuzzError(
                    f"expected {count} results of {group.side.title}, got no more after "
                    f"{done}; see {group.log}."
                )
            group.check()
            await asyncio.sleep(_POLL_SECONDS)

    async def _sample(self, watch: kafka.Watch, group: Group, clock: ScorerClock) -> Sample:
        ends = await watch.ends()
        broker = self._broker.usage()
        return Sample(time.monotonic(), ends, group.usage(), broker, clock.read())

    async def _evaluate(
        self, group: Group, job: Job, samples: list[Sample], count: int, filled: Filled
    ) -> Run:
        last = samples[-1]
        warm = filled.before + _WARM_SHARE * count
        start = filled.start or next(
            (s for s in samples if sum(s.ends.values()) >= warm and s.time >= filled.at), last
        )
        counted = await kafka.count(job.brokers, job.target, last.ends, count, filled.probes)
        return Run(
            side=group.side.name,
            mode=job.mode,
            messages=count,
            workers=group.size,
            missing=count - counted.found,
            twice=counted.twice,
            **costs(start, last, counted.between(start.ends, last.ends)),
            memory=max(sample.used.rss for sample in samples) / 1e6,
            memory_over_time=thinned(samples),
        )
