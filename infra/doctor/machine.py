"""Looks at this machine: Python, cores, memory, disk, Java, ports, clock."""

import platform
import shutil
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil

from infra.doctor.finding import Finding, Look
from infra.local.distribution import VERSION, cache_dir
from infra.local.java import find_java, java_version
from infra.local.ports import port_holder, require_free
from infra.local.settings import StackSettings
from infra.local.state import holder, prepare_state

MEMORY_MB = 2_048
"""What the whole stack takes at most with the model that ships with badbuzz; `make first-run`
measures it."""
_MIB = 1_024 * 1_024
_PYTHONS = ((3, 11), (3, 13))
_CORES = 2
_OLDEST_TIME = 1_764_547_200.0  # 2025-12-01: an earlier clock is wrong


def machine_looks(settings: StackSettings) -> Iterator[tuple[str, Look]]:
    """What is looked at, by name."""
    yield "machine", machine
    yield "clock", clock
    yield "memory", memory
    yield "disk", partial(disk, settings)
    if settings.own_kafka:
        yield "java", java
        yield "kafka files", kafka_files
    yield "ports", partial(ports, settings)


def machine() -> Finding:
    """Python's version and the cores."""
    cores = psutil.cpu_count() or 1
    version = sys.version_info[:2]
    found = f"Python {platform.python_version()}, {cores} cores, {platform.system()}"
    if not _PYTHONS[0] <= version <= _PYTHONS[1]:
        return Finding("machine", "act", found, "badbuzz needs Python 3.11 to 3.13.")
    if cores < _CORES:
        return Finding("machine", "note", found, "With one core, starting takes minutes.")
    return Finding("machine", "ok", found)


def clock(now: float | None = None) -> Finding:
    """Whether this machine's time can be right."""
    now = time.time() if now is None else now
    found = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < _OLDEST_TIME:
        return Finding("clock", "act", found, "Set the clock: no alert can have a right time.")
    return Finding("clock", "ok", found)


def memory() -> Finding:
    """Whether the whole stack fits into what is free."""
    free = psutil.virtual_memory().available // _MIB
    found = f"{free:,} MiB free, the stack takes up to {MEMORY_MB:,}"
    if free < MEMORY_MB:
        return Finding("memory", "note", found, "If no stack runs yet, end other programs first.")
    return Finding("memory", "ok", found)


def disk(settings: StackSettings) -> Finding:
    """Whether the state folder can be written and has room."""
    folder = settings.state_dir.resolve()
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    prepare_state(there, settings.min_free_mb)
    free = shutil.disk_usage(there).free // _MIB
    return Finding("disk", "ok", f"{settings.state_dir} can be written, {free:,} MiB free")


def java() -> Finding:
    """The Java that Kafka would run on."""
    program = find_java()
    return Finding("java", "ok", f"Java {java_version(program)}: {program}")


def kafka_files(cache: Path | None = None) -> Finding:
    """Whether Kafka has been fetched."""
    folder = (cache or cache_dir()) / f"kafka-{VERSION}"
    if folder.is_dir():
        return Finding("kafka files", "ok", f"Kafka {VERSION}: {folder}")
    return Finding(
        "kafka files", "note", f"Kafka {VERSION} is not here yet",
        "The first start fetches 44 MB, with Maven or from the official archive.",
    )  # fmt: skip


def ports(settings: StackSettings) -> Finding:
    """Whether the stack's ports are free, or held by the stack itself."""
    table = [
        (settings.web_port, "worker", "BADBUZZ_WEB_PORT"),
        (settings.api_port, "API", "BADBUZZ_API_PORT"),
    ]
    if settings.own_kafka:
        table.append((settings.kafka_port, "Kafka", "KAFKA_PORT"))
    if settings.own_mlflow:
        table.append((settings.mlflow_port, "MLflow", "MLFLOW_PORT"))
    shown = ", ".join(f"{port} {name}" for port, name, _ in sorted(table))
    if holder(settings.state_dir) is not None:
        return Finding("ports", "ok", f"held by the stack that runs: {shown}")
    for port, name, setting in table:
        if name in ("worker", "API") and port_holder(port) is not None:
            # It may well be our own, started by hand: `services` asks it.
            return Finding(
                "ports", "note", f"{port}, for the {name}, is taken by {port_holder(port)}",
                f"To run `make run` beside it, set {setting}.",
            )  # fmt: skip
        require_free(port, name, setting)
    return Finding("ports", "ok", f"free: {shown}")
