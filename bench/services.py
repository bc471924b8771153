"""The real broker and the real registry that all sides share, on free ports, on fresh data."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings


@dataclass(frozen=True)
class Services:
    """Where they are, the broker's process, whose CPU is shown apart, and the model's name."""

    brokers: str
    broker_pid: int
    mlflow: str
    model_name: str = "sentiment"


@contextmanager
def started(folder: Path) -> Iterator[Services]:
    """Start both, and remove their data at the end.

    The broker compiles as one that runs for long; ours is set to start soon.
    """
    os.environ.setdefault("KAFKA_OPTS", "-XX:TieredStopAtLevel=4")
    shutil.rmtree(folder, ignore_errors=True)
    kafka = LocalKafka(folder, free_port())
    mlflow = LocalMlflow(folder, free_port())
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        with ThreadPoolExecutor() as pool:
            for service in pool.map(lambda part: part.__enter__(), (kafka, mlflow)):
                stack.push(service.__exit__)
        yield Services(kafka.bootstrap, kafka.pid, mlflow.uri)


def register(services: Services, artefact: Path) -> None:
    """Make an artefact the champion of the registry."""
    settings = TrainerSettings(mlflow_tracking_uri=services.mlflow, model_name=services.model_name)
    versions = Versions(settings)
    versions.point(versions.register(artefact))
