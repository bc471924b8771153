"""infra/*.tf, applied for real: apply, no changes, one container replaced, data kept, destroy."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentiment.settings import Settings
from stream.kafka.lag import group_lag
from tests.chaos.census import take_census
from tests.infra.deployment.commands import (
    API_KEYS,
    KEY,
    ROOT,
    CommandError,
    docker,
    eventually,
    get,
    inspect,
    post,
    run,
)

PREFIX = "badbuzz-check"
SETTINGS = Settings(kafka_brokers="127.0.0.1:9092", mlflow_tracking_uri="http://127.0.0.1:5000")


class Tofu:
    """OpenTofu in a copy of infra/, with its state beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for file in (ROOT / "infra").glob("*.tf"):
            shutil.copy(file, folder)

    def __call__(self, *arguments: str, **more: str) -> str:
        settings = more | {
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "false",
            "TF_VAR_docker_host": os.environ["DOCKER_HOST"],
            "TF_VAR_name": PREFIX,
            "TF_VAR_api_keys": API_KEYS,
            "TF_VAR_workers": "2",
        }
        return run(f"{os.environ['TOOLS']}/tofu", *arguments, cwd=self._folder, env=settings)

    def containers(self) -> dict[str, str]:
        """The id of each container, by its name."""
        lines = docker("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}").splitlines()
        return dict(line.split() for line in lines if line.startswith(PREFIX))


@pytest.fixture(scope="module")
def tofu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tofu]:
    """Applied once; destroyed in the end, whatever happened."""
    applied = Tofu(tmp_path_factory.mktemp("tofu"))
    applied("init")
    try:
        applied("apply", "-auto-approve")
        yield applied
    finally:
        applied("destroy", "-auto-approve")


def scored_positions() -> int:
    eventually(
        lambda: not sum(asyncio.run(group_lag(SETTINGS, "badbuzz", "tweets")).values()), 60, "lag"
    )
    census = asyncio.run(take_census(SETTINGS))
    assert (census.missing, census.twice) == (0, 0)
    return len(census.sent)


def test_the_files_are_formatted_and_valid(tofu: Tofu) -> None:
    assert tofu("fmt", "-check", "-diff") == ""
    assert json.loads(tofu("validate", "-json"))["valid"]


def test_what_was_applied_scores_tweets_and_answers(tofu: Tofu) -> None:
    docker("exec", f"{PREFIX}-stream-1", "badbuzz", "replay", "--limit", "1000")
    assert scored_positions() == 1_000
    outputs = json.loads(tofu("output", "-json"))
    status, answer = post(f"{outputs['api']['value']}/predict", {"text": "late again"}, KEY)
    assert status == 200, answer
    assert get(f"{outputs['mlflow']['value']}/health")[0] == 200


def test_no_container_has_a_right_or_keeps_logs_without_end(tofu: Tofu) -> None:
    for name in tofu.containers():
        found = inspect(name)["HostConfig"]
        assert found["CapDrop"] == ["ALL"], name
        assert found["SecurityOpt"] == ["no-new-privileges:true"], name
        assert found["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}, name


def test_a_second_plan_shows_no_changes(tofu: Tofu) -> None:
    assert "No changes." in tofu("plan", "-detailed-exitcode")


@pytest.mark.parametrize("part", ["api", "mlflow", "stream"])
def test_an_image_built_anew_replaces_its_containers_alone_and_the_data_stay(
    tofu: Tofu, part: str, tmp_path: Path
) -> None:
    before, tweets = tofu.containers(), scored_positions()
    # A layer more on the image stands for a change in the code.
    (tmp_path / "Dockerfile").write_text(f"FROM badbuzz/{part}:latest\nLABEL changed=yes\n")
    docker("tag", f"badbuzz/{part}:latest", f"badbuzz/{part}:before")
    docker("build", "-t", f"badbuzz/{part}:latest", str(tmp_path))
    try:
        tofu("apply", "-auto-approve")
        after = tofu.containers()
    finally:
        docker("tag", f"badbuzz/{part}:before", f"badbuzz/{part}:latest")
        docker("rmi", f"badbuzz/{part}:before")
    replaced = {name for name in before if before[name] != after[name]}
    assert replaced == {name for name in before if name.startswith(f"{PREFIX}-{part}")}
    assert scored_positions() == tweets
    assert '"1"' in get("http://127.0.0.1:8000/ready")[1]
    tofu("apply", "-auto-approve")


def test_ml_training_comes_and_goes_by_a_variable(tofu: Tofu) -> None:
    lab = {"TF_VAR_lab": "true", "TF_VAR_jupyter_token": KEY}
    before = tofu.containers()
    tofu("apply", "-auto-approve", **lab)
    assert get(f"http://127.0.0.1:8888/api/contents?token={KEY}")[0] == 200
    assert "No changes." in tofu("plan", "-detailed-exitcode", **lab)
    tofu("apply", "-auto-approve")
    assert tofu.containers() == before
    assert docker("ps", "--all", "-q", "--filter", "name=ml_training") == ""


def test_lab_without_a_token_is_refused(tofu: Tofu) -> None:
    with pytest.raises(CommandError, match="jupyter_token of at least 16 characters"):
        tofu("plan", TF_VAR_lab="true")


def test_destroy_leaves_nothing(tofu: Tofu) -> None:
    tofu("destroy", "-auto-approve")
    assert tofu.containers() == {}
    assert docker("volume", "ls", "-q", "--filter", f"name={PREFIX}") == ""
    assert docker("network", "ls", "-q", "--filter", f"name={PREFIX}") == ""
