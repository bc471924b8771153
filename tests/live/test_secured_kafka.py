"""badbuzz on a broker with TLS and SASL/SCRAM: by settings alone, and never without them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import certifi
import orjson
import pytest

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment.messages import ScoredTweet
from sentiment.topics import SCORED, TWEETS
from stream.settings import StreamSettings
from tests.artefacts import make_artefact
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag, read_all, send
from tests.live.secured_kafka import MECHANISM, PASSWORD, USER, add_user, secured_properties
from tests.registered import registered
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What an operator sets for a secured broker, which runs."""
    folder = tmp_path_factory.mktemp("secured")
    plain, port = free_port(), free_port()
    properties = secured_properties(folder, plain, port)
    with LocalKafka(folder / "state", plain, properties) as kafka:
        add_user(kafka)
        yield {
            "KAFKA_BROKERS": f"127.0.0.1:{port}",
            "BADBUZZ_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "BADBUZZ_KAFKA_SASL_MECHANISM": MECHANISM,
            "BADBUZZ_KAFKA_SASL_USERNAME": USER,
            "BADBUZZ_KAFKA_SASL_PASSWORD": PASSWORD,
            "BADBUZZ_KAFKA_SSL_CAFILE": str(folder / "ca.pem"),
        }


def badbuzz(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [badbuzz_command()[0], *arguments]
    return subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_worker_scores_through_tls_and_scram(
    secured: dict[str, str],
    mlflow_server: LocalMlflow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"sentiment-{uuid4().hex[:8]}"
    model = {
        "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{mlflow_server.port}",
        "BADBUZZ_MODEL_NAME": name,
        "BADBUZZ_SCORER_THREADS": "1",
        "BADBUZZ_LOG_LEVEL": "DEBUG",
    }
    for variable, value in (secured | model).items():
        monkeypatch.setenv(variable, value)
    versions = Versions(TrainerSettings())
    versions.point(registered(versions, make_artefact(tmp_path / "artefact", 0.0)))
    made = badbuzz("topics", "create", env={})
    assert made.returncode == 0, made.stderr
    settings = StreamSettings()
    fleet = Fleet(badbuzz_command(), secured | model, tmp_path / "fleet")
    try:
        worker = fleet.start()
        wait_ready(worker)
        tweets = [orjson.dumps({"id": str(n), "text": f"late again {n}"}) for n in range(3_000)]
        send(settings, TWEETS, tweets, key=None)
        wait_until(lambda: lag(settings, TWEETS) == 0, 60, "all tweets are scored")
        scored = [ScoredTweet.model_validate_json(r.value).id for r in read_all(settings, SCORED)]
        assert sorted(map(int, scored)) == list(range(3_000))
        assert page(worker, "/health")[0] == 200
        assert PASSWORD not in worker.log.read_text()
    finally:
        fleet.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        {"BADBUZZ_KAFKA_SASL_PASSWORD": "not-the-password-at-all"},
        {"BADBUZZ_KAFKA_SSL_CAFILE": certifi.where()},
        {"BADBUZZ_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"},
    ],
    ids=["wrong password", "unknown authority", "no TLS"],
)
def test_who_does_not_fit_is_kept_out_and_no_password_is_printed(
    secured: dict[str, str], wrong: dict[str, str]
) -> None:
    made = badbuzz("topics", "check", env=secured | wrong)

    assert made.returncode == 1
    assert "Kafka" in made.stderr
    assert "Traceback" not in made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    assert wrong.get("BADBUZZ_KAFKA_SASL_PASSWORD", "\0") not in made.stdout + made.stderr
