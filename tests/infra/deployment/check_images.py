"""What is in the images: their size, their user, their health, and what they leave out."""

import json

import pytest

from tests.infra.deployment.commands import CommandError, docker

BASE = "python:3.13.14-slim-trixie"
LIGHT_MIB = 400
HEAVY = ("tensorflow", "keras", "torch", "sklearn")
PROBE = f"from importlib.util import find_spec; print([m for m in {HEAVY} if find_spec(m)])"
IMAGES = (
    "badbuzz/stream", "badbuzz/api", "badbuzz/mlflow", "badbuzz/trainer", "mycustom/ml-image",
)  # fmt: skip


def mib(image: str) -> float:
    return int(docker("image", "inspect", "--format", "{{.Size}}", image)) / 2**20


@pytest.mark.parametrize("part", ["stream", "api"])
def test_a_service_is_light(part: str) -> None:
    above = mib(f"badbuzz/{part}") - mib(BASE)
    print(f"badbuzz/{part}: {above:.0f} MiB above the base")
    assert above <= LIGHT_MIB
    found = docker(
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        "python3",
        f"badbuzz/{part}",
        "-c",
        PROBE,
    )
    assert found.strip() == "[]"


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_labels_a_health_check_and_an_ordinary_user(image: str) -> None:
    config = json.loads(docker("image", "inspect", image))[0]["Config"]
    print(f"{image}: {mib(image) - mib(BASE):.0f} MiB above the base of {mib(BASE):.0f} MiB")
    assert config["User"] == "10001:10001"
    assert config["Healthcheck"]["Test"]
    assert config["Labels"]["org.opencontainers.image.title"]


def test_jupyter_refuses_to_start_without_a_token() -> None:
    with pytest.raises(CommandError, match="JUPYTER_TOKEN of at least 16 characters, got 0"):
        docker("run", "--rm", "--network", "none", "mycustom/ml-image")
