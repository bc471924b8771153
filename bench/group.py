"""The processes of a side, while they run."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.job import Job
from bench.processes import Tree, Usage, stop
from bench.services import Services
from bench.settings import BenchSettings
from bench.sides import Side, process_environment
from sentiment.errors import BadbuzzError


class Group:
    """The processes of a side."""

    def __init__(self, side: Side, started: list[subprocess.Popen[bytes]], log: Path) -> None:
        self.side = side
        self.log = log
        self.size = len(started)
        self._started = started
        self._trees = [Tree(process.pid) for process in started]

    def check(self) -> None:
        """Raises BadbuzzError when one has ended."""
        for process in self._started:
            if process.poll() is not None:
                raise BadbuzzError(
                    f"{self.side.title} ended with exit code {process.returncode}; see {self.log}."
                )

    def usage(self) -> Usage:
        """Of all together."""
        used = [tree.usage() for tree in self._trees]
        return Usage(sum(one.cpu for one in used), sum(one.rss for one in used))


@contextmanager
def running(
    side: Side, job: Job, services: Services, settings: BenchSettings, workers: int
) -> Iterator[Group]:
    """Start a side's processes, and stop them at the end."""
    environment = process_environment(job, services, settings, side.root)
    command = side.command(settings.cache)
    log = settings.cache / f"{side.name}.log"
    with log.open("wb") as output:
        started = [
            subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=job.state,
            )
            for _ in range(workers)
        ]
    try:
        yield Group(side, started, log)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            stop(process)
