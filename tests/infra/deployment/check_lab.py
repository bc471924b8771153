"""ml_training: Jupyter behind its token, and a shell in which the trainer works."""

from collections.abc import Iterator

import pytest

from tests.infra.deployment.commands import KEY, docker, environment, get, run


@pytest.fixture(scope="module", autouse=True)
def _lab() -> Iterator[None]:
    compose = ("docker", "compose", "--profile", "lab")
    try:
        run(*compose, "up", "--wait", "--wait-timeout", "300", "ml_training", env=environment())
        yield
    finally:
        run(*compose, "down", "--volumes", "--remove-orphans", env=environment())


def test_jupyter_opens_to_its_token_alone() -> None:
    assert get("http://127.0.0.1:8888/api/contents")[0] == 403
    status, body = get(f"http://127.0.0.1:8888/api/contents/notebooks?token={KEY}")
    assert status == 200
    assert "script_notebook_modelisation.ipynb" in body


def test_its_shell_trains_a_champion_into_the_same_mlflow() -> None:
    assert docker("exec", "ml_training", "bash", "-c", "id -un").strip() == "badbuzz"
    printed = docker("exec", "ml_training", "badbuzz", "train", "--first")
    assert "is the champion" in printed
    assert "nothing to train" in docker("exec", "ml_training", "badbuzz", "train", "--first")


def test_it_stops_when_it_is_told_to() -> None:
    docker("stop", "--time", "30", "ml_training")
    code = docker("inspect", "--format", "{{.State.ExitCode}}", "ml_training")
    assert code.strip() in {"0", "143"}
