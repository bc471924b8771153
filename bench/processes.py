"""What a process and its children have used: CPU seconds and memory."""

import subprocess
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """CPU seconds since the start, user and system, and resident bytes now."""

    cpu: float
    rss: int


def usage(pid: int) -> Usage:
    """Of a process and all its descendants; zeros when it has ended."""
    try:
        process = psutil.Process(pid)
        whole = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return Usage(0.0, 0)
    used = [_one(part) for part in whole]
    return Usage(sum(part.cpu for part in used), sum(part.rss for part in used))


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
