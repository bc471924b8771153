"""docker-compose.yml, run for real: up, scoring, safety, a rolling restart, backup and restore."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentiment.settings import Settings
from stream.kafka.lag import group_lag
from tests.chaos.census import Census, take_census
from tests.infra.deployment.commands import (
    KEY,
    ROOT,
    CommandError,
    docker,
    environment,
    eventually,
    get,
    inspect,
    post,
    run,
)

SETTINGS = Settings(kafka_brokers="127.0.0.1:9092", mlflow_tracking_uri="http://127.0.0.1:5000")
UP = ("up", "--wait", "--wait-timeout", "300")
SERVICES = ("kafka", "mlflow", "stream", "api", "prometheus")
TASKS = ("topics", "trainer")
ASK = """
import sys
from urllib.request import Request, urlopen
url = "http://mlflow:5000/api/2.0/mlflow/registered-models/search"
print(urlopen(Request(url, headers={"Host": sys.argv[1]})).status)
"""


def compose(*arguments: str, **more: str) -> str:
    """`docker compose ARGUMENTS`."""
    return run("docker", "compose", *arguments, env=environment(**more))


def container(service: str) -> str:
    return compose("ps", "--all", "-q", service).split()[0]


def health(name: str) -> str:
    status: str = inspect(name)["State"]["Health"]["Status"]
    return status


def replay(amount: int) -> None:
    compose("exec", "-T", "stream", "badbuzz", "replay", "--limit", str(amount))


def lag() -> int:
    return sum(asyncio.run(group_lag(SETTINGS, "badbuzz", "tweets")).values())


def scored() -> Census:
    """What is on the topics once the workers have caught up."""
    eventually(lambda: lag() == 0, 120, "the group still lags")
    return asyncio.run(take_census(SETTINGS))


@pytest.fixture(scope="module", autouse=True)
def seconds_to_start() -> Iterator[float]:
    """Everything up, from nothing; the images are there."""
    compose("down", "--volumes", "--remove-orphans")
    started = time.monotonic()
    try:
        compose(*UP)
        yield time.monotonic() - started
    except CommandError:
        print(compose("ps", "--all"), compose("logs", "--tail", "40"))
        raise
    finally:
        compose("down", "--volumes", "--remove-orphans")
        assert docker("volume", "ls", "-q", "--filter", "name=badbuzz_") == ""


def test_without_a_secret_nothing_starts_and_the_message_names_it() -> None:
    done = subprocess.run(
        ["docker", "compose", "config", "-q"],
        cwd=ROOT, env=os.environ | environment(BADBUZZ_API_KEYS=""),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "BADBUZZ_API_KEYS" in done.stderr
    assert ".env" in done.stderr


def test_up_ends_with_tweets_being_scored(seconds_to_start: float) -> None:
    print(f"docker compose up --wait: {seconds_to_start:.0f} s")
    replay(2_000)
    census = scored()
    assert len(census.sent) == 2_000
    assert (census.missing, census.twice) == (0, 0)


def test_tasks_have_ended_well_and_services_are_healthy() -> None:
    for task in TASKS:
        state = inspect(container(task))["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", 0), task
    for service in SERVICES:
        assert health(container(service)) == "healthy", service


def test_the_api_answers_those_who_have_a_key() -> None:
    body = {"text": "worst flight ever"}
    assert post("http://127.0.0.1:8000/predict", body)[0] == 401
    status, answer = post("http://127.0.0.1:8000/predict", body, KEY)
    assert status == 200, answer
    assert json.loads(answer)["model_version"] == "1"


def test_prometheus_reads_every_worker_and_the_api() -> None:
    def up() -> bool:
        answer = json.loads(get("http://127.0.0.1:9090/api/v1/query?query=up")[1])
        found = {s["metric"]["job"]: s["value"][1] for s in answer["data"]["result"]}
        return found == {"badbuzz-worker": "1", "badbuzz-api": "1", "prometheus": "1"}

    eventually(up, 60, "Prometheus sees all three jobs up")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_as_an_ordinary_user_with_limits_and_published_on_loopback_alone(
    service: str,
) -> None:
    found = inspect(container(service))
    assert compose("exec", "-T", service, "id", "-u").strip() != "0"
    assert found["HostConfig"]["Memory"] > 0
    assert found["HostConfig"]["NanoCpus"] > 0
    assert found["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    bindings = found["HostConfig"]["PortBindings"] or {}
    assert {b["HostIp"] for all_of in bindings.values() for b in all_of} <= {"127.0.0.1"}


@pytest.mark.parametrize("service", ["mlflow", "stream", "api", "prometheus"])
def test_a_service_cannot_change_its_own_programs(service: str) -> None:
    with pytest.raises(CommandError, match="Read-only file system"):
        compose("exec", "-T", "--user", "0", service, "touch", "/opt/x", "/usr/x")


def test_mlflow_refuses_a_foreign_host_name_and_answers_its_own() -> None:
    assert compose("exec", "-T", "api", "python3", "-c", ASK, "mlflow:5000").strip() == "200"
    with pytest.raises(CommandError, match="403"):
        compose("exec", "-T", "api", "python3", "-c", ASK, "evil.example")


def test_workers_restarted_in_turn_under_load_lose_and_repeat_no_tweet() -> None:
    compose(*UP, "--scale", "stream=2")
    before = len(scored().sent)
    producing = subprocess.Popen(
        ["docker", "compose", "run", "--rm", "-T", "--no-deps", "topics",
         "replay", "--rate", "250", "--limit", "20000"],
        cwd=ROOT, env=os.environ | environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    time.sleep(5)
    slowest = 0.0
    for worker in compose("ps", "-q", "stream").split():
        began = time.monotonic()
        docker("stop", "--time", "30", worker)
        slowest = max(slowest, time.monotonic() - began)
        assert producing.poll() is None, "the tweets ended before the last worker was stopped"
        assert inspect(worker)["State"]["ExitCode"] in (0, 143)
        docker("start", worker)
        eventually(lambda w=worker: health(w) == "healthy", 90, f"{worker} is healthy again")
    printed = producing.communicate(timeout=120)[0]
    assert producing.returncode == 0, printed
    census = scored()
    print(f"slowest stop {slowest:.1f} s; {len(census.sent) - before} tweets while both restarted")
    assert len(census.sent) - before == 20_000
    assert (census.missing, census.twice) == (0, 0)


def test_what_was_backed_up_is_there_after_a_restore_and_is_not_scored_again(
    tmp_path: Path,
) -> None:
    before = scored()
    champion = get("http://127.0.0.1:8000/ready")[1]
    run("infra/backup.sh", str(tmp_path / "saved"), env=environment())
    for service in SERVICES:
        eventually(lambda s=service: health(container(s)) == "healthy", 90, f"{service} again")
    compose("down", "--volumes")
    run("infra/restore.sh", str(tmp_path / "saved"), env=environment())
    compose(*UP)

    assert get("http://127.0.0.1:8000/ready")[1] == champion
    replay(500)
    after = scored()
    assert len(after.sent) == len(before.sent) + 500
    assert (after.missing, after.twice) == (0, 0)
