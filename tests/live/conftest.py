"""A stream of its own for each test: fresh topics, group and model on the shared real services."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from tests.artefacts import make_artefact
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.chaos.readiness import page, wait_ready, wait_until
from tests.registered import registered
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

__all__ = ["page", "wait_ready", "wait_until"]


@pytest.fixture(scope="session", autouse=True)
def _brokers_start_faster(class_archive: None) -> None:
    """Those, too, that a test starts itself."""


@pytest.fixture
def settings(kafka: LocalKafka, mlflow_server: LocalMlflow, tmp_path: Path) -> StreamSettings:
    """Settings with a topic prefix, a group and a model name that no other test has."""
    name = uuid4().hex[:8]
    settings = StreamSettings(
        kafka_brokers=kafka.bootstrap,
        mlflow_tracking_uri=f"http://127.0.0.1:{mlflow_server.port}",
        topic_prefix=f"{name}.",
        group=f"badbuzz-{name}",
        model_name=f"sentiment-{name}",
        session_seconds=6,
        transaction_seconds=6,
        model_poll_seconds=1,
        models_dir=tmp_path / "models",
        state_dir=tmp_path / "state",
    )

    async def make() -> None:
        await create_topics(settings)
        await created_topics(settings)

    asyncio.run(make())
    return settings


@pytest.fixture
def versions(settings: StreamSettings) -> Versions:
    """The registered model of this test."""
    return Versions(
        TrainerSettings(
            mlflow_tracking_uri=settings.mlflow_tracking_uri, model_name=settings.model_name
        )
    )


@pytest.fixture
def new_version(versions: Versions, tmp_path: Path) -> Callable[[float], str]:
    """Registers a toy version with a bias; the alias stays where it is."""

    def register(bias: float) -> str:
        return registered(versions, make_artefact(tmp_path / f"artefact-{bias}", bias))

    return register


@pytest.fixture
def fleet(settings: StreamSettings, tmp_path: Path) -> Iterator[Fleet]:
    """Starts worker processes; those that are left are killed in the end."""
    environment = {
        "KAFKA_BROKERS": settings.kafka_brokers,
        "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
        "BADBUZZ_TOPIC_PREFIX": settings.topic_prefix,
        "BADBUZZ_GROUP": settings.group,
        "BADBUZZ_MODEL_NAME": settings.model_name,
        "BADBUZZ_SESSION_SECONDS": str(settings.session_seconds),
        "BADBUZZ_TRANSACTION_SECONDS": str(settings.transaction_seconds),
        "BADBUZZ_MODEL_POLL_SECONDS": str(settings.model_poll_seconds),
        "BADBUZZ_SCORER_THREADS": "1",
        "BADBUZZ_IDLE_PARTITION_SECONDS": "3",
    }
    fleet = Fleet(badbuzz_command(), environment, tmp_path / "fleet")
    yield fleet
    fleet.stop()
