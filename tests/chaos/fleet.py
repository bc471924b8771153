"""The workers of a chaos run: processes that are started, killed, frozen and woken."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.ports import free_port


@dataclass
class Worker:
    """One worker process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    frozen: bool = False


@dataclass
class Fleet:
    """Workers that share a consumer group.

    Args:
        command: what a worker runs.
        environment: its settings.
        folder: each worker keeps its files and its log below it.
    """

    command: list[str]
    environment: dict[str, str]
    folder: Path
    workers: list[Worker] = field(default_factory=list)
    started: int = 0

    def start(self, port: int | None = None) -> Worker:
        """Start one more worker, on a port or any; it does not wait until it is ready."""
        self.started += 1
        home = self.folder / f"worker-{self.started}"
        home.mkdir(parents=True)
        port = port or free_port()
        environment = {
            **os.environ,
            **self.environment,
            "BADBUZZ_WEB_PORT": str(port),
            "BADBUZZ_STATE_DIR": str(home / "state"),
            "BADBUZZ_MODELS_DIR": str(self.folder / "models"),
        }
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                self.command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        worker = Worker(process, port, home / "log")
        self.workers.append(worker)
        return worker

    def pick(self, chance: random.Random) -> Worker:
        """One of the workers that run, at random."""
        return chance.choice([worker for worker in self.workers if not worker.frozen])

    def kill(self, worker: Worker) -> None:
        """SIGKILL: no goodbye."""
        worker.process.kill()
        worker.process.wait()
        self.workers.remove(worker)

    def leave(self, worker: Worker) -> float:
        """SIGTERM: returns how many seconds the worker took to stop in good order."""
        started = time.monotonic()
        worker.process.terminate()
        code = worker.process.wait(timeout=30)
        self.workers.remove(worker)
        if code not in (0, -signal.SIGTERM):
            raise AssertionError(f"a worker told to stop ended with {code}")
        return time.monotonic() - started

    def freeze(self, worker: Worker) -> None:
        """SIGSTOP: the worker becomes a zombie once its partitions have moved."""
        worker.process.send_signal(signal.SIGSTOP)
        worker.frozen = True

    def wake(self, worker: Worker) -> None:
        """SIGCONT: the zombie believes that nothing happened."""
        worker.process.send_signal(signal.SIGCONT)
        worker.frozen = False

    def check(self) -> None:
        """Raises AssertionError, with the end of its log, if a worker ended by itself."""
        for worker in self.workers:
            if (code := worker.process.poll()) is not None:
                end = "\n".join(worker.log.read_text(errors="replace").splitlines()[-40:])
                raise AssertionError(f"a worker ended by itself with exit code {code}:\n{end}")

    def stop(self) -> None:
        """Kill all."""
        for worker in list(self.workers):
            self.kill(worker)


def badbuzz_command() -> list[str]:
    """The worker of this installation."""
    return [str(Path(sys.executable).with_name("badbuzz")), "worker"]
