"""`badbuzz api` on real services, with one artefact as its champion."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.api.waiting import wait_until_ok
from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from stream.kafka.topics import create_topics
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings


@contextmanager
def badbuzz_api(model: Path, folder: Path) -> Iterator[str]:
    """The running API; gives its address."""
    with (
        LocalKafka(folder / "kafka", free_port()) as kafka,
        LocalMlflow(folder / "mlflow", free_port()) as mlflow,
    ):
        settings = TrainerSettings(
            _env_file=None, kafka_brokers=kafka.bootstrap, mlflow_tracking_uri=mlflow.uri
        )
        asyncio.run(create_topics(settings))
        versions = Versions(settings)
        versions.point(versions.register(model))
        port = free_port()
        environment = {
            "KAFKA_BROKERS": kafka.bootstrap,
            "MLFLOW_TRACKING_URI": mlflow.uri,
            "BADBUZZ_MODELS_DIR": str(folder / "models"),
            "BADBUZZ_API_PORT": str(port),
        }
        log = folder / "api.log"
        with log.open("wb") as lines:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name("badbuzz")), "api"],
                env={**os.environ, **environment},
                cwd=folder,
                stdout=lines,
                stderr=lines,
            )
        try:
            wait_until_ok(f"http://127.0.0.1:{port}/ready", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)
