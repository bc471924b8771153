"""A worker and an API on their own topics and model, watched by a real Prometheus."""

import asyncio
import os
import subprocess
import sys
from base64 import b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
import orjson

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment import artefact
from sentiment.reference import build_reference
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer
from sentiment.topics import TWEETS
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from tests.artefacts import make_artefact
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.live.conftest import wait_ready, wait_until
from tests.live.kafka_io import lag, send
from tests.live.prometheus_process import PrometheusProcess
from tests.registered import registered
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

TEXTS = [text for text, _ in sample_tweets(6_000)]


@dataclass
class Watched:
    """Entered, all of it runs: worker, API, notify, champion version 1, challenger version 2.

    Attributes:
        program: path of prometheus.
    """

    kafka: LocalKafka
    mlflow: LocalMlflow
    folder: Path
    program: str

    def __post_init__(self) -> None:
        name = uuid4().hex[:8]
        self.settings = StreamSettings(
            kafka_brokers=self.kafka.bootstrap,
            mlflow_tracking_uri=self.mlflow.uri,
            topic_prefix=f"{name}.",
            group=f"badbuzz-{name}",
            model_name=f"sentiment-{name}",
            partitions=2,
        )
        self.versions = Versions(
            TrainerSettings(
                mlflow_tracking_uri=self.mlflow.uri, model_name=self.settings.model_name
            )
        )
        self.api_port, self.notify_port = free_port(), free_port()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            asyncio.run(self._make_topics())
            self.versions.point(self.register(0.0))
            self.challenge(self.register(1.0))
            self.fleet = Fleet(badbuzz_command(), self.environment, self.folder / "fleet")
            starting.callback(self.fleet.stop)
            self.worker = self.fleet.start()
            self._start("api", {"BADBUZZ_API_PORT": str(self.api_port)}, starting)
            to_nobody = {
                "BADBUZZ_NOTIFY_PORT": str(self.notify_port),
                "BADBUZZ_WEBHOOK_URL": f"http://127.0.0.1:{free_port()}",
                "BADBUZZ_WEBHOOK_SECRET": f"whsec_{b64encode(os.urandom(32)).decode()}",
            }
            self._start("notify", to_nobody, starting)
            wait_ready(self.worker)
            wait_until(lambda: self._api_answers("/ready"), 120, "the API is ready")
            targets = {
                "badbuzz-worker": [self.worker.port],
                "badbuzz-api": [self.api_port],
                "badbuzz-notify": [self.notify_port],
            }
            watching = PrometheusProcess(self.program, self.folder / "prometheus", targets)
            self.prometheus = starting.enter_context(watching)
            wait_until(lambda: self.prometheus.value("sum(up)") >= 3, 60, "all are scraped")
            self._stack = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the services."""
        settings = self.settings
        return {
            "KAFKA_BROKERS": settings.kafka_brokers,
            "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
            "BADBUZZ_TOPIC_PREFIX": settings.topic_prefix,
            "BADBUZZ_GROUP": settings.group,
            "BADBUZZ_MODEL_NAME": settings.model_name,
            "BADBUZZ_MODELS_DIR": str(self.folder / "models"),
            "BADBUZZ_MODEL_POLL_SECONDS": "1",
            "BADBUZZ_SCORER_THREADS": "1",
            "BADBUZZ_IDLE_PARTITION_SECONDS": "3",
            "BADBUZZ_SESSION_SECONDS": "6",
            "BADBUZZ_TRANSACTION_SECONDS": "6",
            "BADBUZZ_DRIFT_MIN_TWEETS": "200",
            "BADBUZZ_DRIFT_TWEETS_PER_SECOND": "200",
            "BADBUZZ_SHADOW_SHARE": "0.2",
        }

    def register(self, bias: float) -> str:
        """Register a toy version whose card knows the sample's texts; its number."""
        folder = make_artefact(self.folder / f"artefact-{bias}", bias, f"toy-{bias}")
        scorer = Scorer(folder)
        texts = TEXTS[:3_000]
        reference = build_reference(scorer.tokenizer, texts, scorer.score(texts).p_negative)
        artefact.write_card(folder, scorer.card.model_copy(update={"reference": reference}))
        return registered(self.versions, folder)

    def challenge(self, number: str) -> None:
        """Let the alias `challenger` name a version."""
        client: Any = self.versions._client
        client.set_registered_model_alias(self.settings.model_name, "challenger", number)

    def stop_worker(self) -> None:
        """Stop the worker in good order; its port stays among Prometheus' targets."""
        self.fleet.leave(self.worker)

    def start_worker(self) -> None:
        """Start a worker on the port of the one that stopped."""
        self.worker = self.fleet.start(self.worker.port)

    def tweet(self, texts: list[str], brand: str | None = None, at: datetime | None = None) -> None:
        """Push tweets and wait until they are scored."""
        values = [
            orjson.dumps({"id": uuid4().hex, "text": text, "lang": "en", "brand": brand,
                          "created_at": at})
            for text in texts
        ]  # fmt: skip
        self.push(values)
        wait_until(lambda: lag(self.settings, TWEETS) == 0, 60, "all tweets are scored")

    def push(self, values: list[bytes]) -> None:
        """Push records as they are."""
        send(self.settings, TWEETS, values, key=None)

    def judge(self, right: str, predicted: str = "positive", version: str = "1") -> None:
        """Post a person's verdict to the API, each for a text of its own."""
        body = {
            "text": f"the flight was late and awful {uuid4().hex}",
            "predicted": predicted,
            "right": right,
            "model_version": version,
        }
        answer = httpx.post(f"http://127.0.0.1:{self.api_port}/feedback", json=body)
        assert answer.status_code == 202, answer.text

    def wait_firing(self, name: str, seconds: float = 90) -> dict[str, Any]:
        """The alert, once it fires."""
        wait_until(lambda: name in self.prometheus.firing(), seconds, f"{name} fires")
        return self.prometheus.firing()[name]

    async def _make_topics(self) -> None:
        await create_topics(self.settings)
        await created_topics(self.settings)

    def _start(self, command: str, more: dict[str, str], starting: ExitStack) -> None:
        with (self.folder / f"{command}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name("badbuzz")), command],
                env={**os.environ, **self.environment, **more},
                cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        starting.callback(process.wait, 30)
        starting.callback(process.terminate)

    def _api_answers(self, path: str) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.api_port}{path}").status_code == 200
        except httpx.TransportError:
            return False
