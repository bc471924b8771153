"""Kafka's classes as its Java has loaded them, in a file from which brokers start in less time."""

import os
from pathlib import Path

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from tests.shared_server import locked


def use_class_archive(folder: Path) -> None:
    """Let all brokers that this process and its children start read the archive.

    Args:
        folder: the same for all processes of a run; the first that asks makes the archive there.
    """
    folder.mkdir(exist_ok=True)
    archive = folder / "kafka.jsa"
    with locked(folder / "lock"):
        if not archive.is_file():
            _make(archive)
    os.environ["KAFKA_OPTS"] = f"-XX:SharedArchiveFile={archive}"


def _make(archive: Path) -> None:
    """Java writes what it has loaded when the broker stops."""
    os.environ["KAFKA_OPTS"] = f"-XX:ArchiveClassesAtExit={archive.with_suffix('.part')}"
    with LocalKafka(archive.parent, free_port()):
        pass
    archive.with_suffix(".part").replace(archive)
