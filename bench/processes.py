"""What a process and its children have used: CPU seconds and memory."""

import subprocess
import time
from dataclasses import dataclass

import psutil

_SEARCH_SECONDS = 1.0


@dataclass(frozen=True)
class Usage:
    """CPU seconds since the start, user and system, and resident bytes now."""

    cpu: float
    rss: int


class Tree:
    """A process and all its descendants, cheap to ask.

    The descendants are looked for once a second: it takes milliseconds, as all processes of the
    machine are read for it, and a bench that asks often would slow down what it measures.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._parts: list[psutil.Process] = []
        self._found_at = -_SEARCH_SECONDS

    def usage(self) -> Usage:
        """Of all together; zeros when the process has ended."""
        if time.monotonic() - self._found_at >= _SEARCH_SECONDS:
            self._found_at = time.monotonic()
            self._parts = _with_descendants(self._pid)
        used = [_one(part) for part in self._parts]
        return Usage(sum(part.cpu for part in used), sum(part.rss for part in used))


def _with_descendants(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _one(process: psutil.Process) -> Usage:
    try:
        with process.oneshot():
            times = process.cpu_times()
            return Usage(times.user + times.system, process.memory_info().rss)
    except psutil.NoSuchProcess:
        return Usage(0.0, 0)


def stop(process: subprocess.Popen[bytes], seconds: float = 12.0) -> None:
    """SIGTERM, and SIGKILL for one that stays."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
