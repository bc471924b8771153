"""Registration in a real MLflow server, and the model as MLflow itself loads and serves it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner

from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment import artefact
from sentiment.errors import RegistryError
from sentiment.registry import Registry
from sentiment.scorer import Scorer
from tests.artefacts import make_artefact, make_three_class_artefact
from trainer.commands.train import train
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.live

TEXTS = ["the flight was late and awful", "great crew, thanks", "a fact"]
LOAD = """
import importlib.util, json, sys
sys.path = [place for place in sys.path if place not in ("", ROOT)]
sys.meta_path = [f for f in sys.meta_path if "editable" not in str(f)]
assert importlib.util.find_spec("sentiment") is None, "badbuzz must not be installed here"
import mlflow
mlflow.set_tracking_uri(URI)
model = mlflow.pyfunc.load_model(MODEL)
print(json.dumps(list(model.predict(TEXTS)), default=float))
"""


def settings_for(
    server: LocalMlflow, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> TrainerSettings:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    monkeypatch.setenv("BADBUZZ_MODEL_NAME", name)
    monkeypatch.setenv("BADBUZZ_MODELS_DIR", str(folder / "models"))
    monkeypatch.setenv("BADBUZZ_DATA_DIR", str(folder / "data"))
    return TrainerSettings()


def test_the_services_load_a_registered_version_through_its_alias(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(mlflow_server, "through-alias", tmp_path, monkeypatch)
    versions = Versions(settings)
    first, second = make_artefact(tmp_path / "a"), make_artefact(tmp_path / "b", bias=3)
    numbers = [versions.register(folder) for folder in (first, second)]
    for expected_change, (number, folder) in enumerate(zip(numbers, (first, second), strict=True)):
        assert versions.point(number) == expected_change + 1
        pointer = Registry(settings).pointer()
        assert (pointer.version, pointer.change) == (number, expected_change + 1)
        assert pointer.digest == artefact.digest(folder)
        assert artefact.digest(Registry(settings).fetch(pointer)) == pointer.digest


def test_registering_leaves_the_alias_where_it_is(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Versions(settings_for(mlflow_server, "alias-stays", tmp_path, monkeypatch))
    assert versions.champion() is None
    number = versions.register(make_artefact(tmp_path / "a"))
    assert versions.champion() is None
    versions.point(number)
    versions.register(make_artefact(tmp_path / "b", bias=1))
    assert versions.champion().version == number


def test_mlflow_loads_and_serves_the_model_where_badbuzz_is_not_installed(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(mlflow_server, "loaded-alone", tmp_path, monkeypatch)
    folder = make_artefact(tmp_path / "a")
    versions = Versions(settings)
    versions.point(versions.register(folder))
    uri, expected = "models:/loaded-alone@champion", Scorer(folder).score(TEXTS).p_negative.tolist()
    names = {"URI": settings.mlflow_tracking_uri, "MODEL": uri, "TEXTS": TEXTS}
    names["ROOT"] = str(Path(artefact.__file__).parents[1])
    code = "".join(f"{name} = {value!r}\n" for name, value in names.items()) + LOAD
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout) == pytest.approx(expected, abs=1e-6)
    assert _served(uri, tmp_path) == pytest.approx(expected, abs=1e-6)


def test_mlflow_names_the_three_probabilities_of_a_version_that_has_them(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_for(mlflow_server, "three-classes", tmp_path, monkeypatch)
    folder = make_three_class_artefact(tmp_path / "a")
    number = Versions(TrainerSettings()).register(folder)
    mlflow.set_tracking_uri(mlflow_server.uri)
    found = mlflow.pyfunc.load_model(f"models:/three-classes/{number}").predict(TEXTS)
    scores = Scorer(folder).score(TEXTS)
    expected = [
        {"p_negative": row[0], "p_neutral": row[1], "p_positive": row[2]}
        for row in scores.probabilities.tolist()
    ]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def _served(uri: str, folder: Path) -> list[float]:
    """What `mlflow models serve` answers to TEXTS."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", uri, "-p", str(port)]
    with (folder / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--env-manager", "local"],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            start_new_session=True,
        )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/ping", server)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations",
            json.dumps({"inputs": TEXTS}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return list(json.load(answer)["predictions"])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("mlflow models serve did not come up; see serve.log")


def test_train_first_promotes_once_and_then_leaves_the_champion_alone(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(mlflow_server, "first-champion", tmp_path, monkeypatch)
    first = CliRunner().invoke(train, ["--first"], catch_exceptions=False)
    assert "ships with badbuzz, is the champion." in first.output.replace("\n", " ")
    again = CliRunner().invoke(train, ["--first"], catch_exceptions=False)
    assert "The champion is version 1; nothing to train." in again.output
    (version,) = Versions(settings).all()
    assert version.description.startswith("# fast")
    folder = Registry(settings).fetch(Registry(settings).pointer())
    Scorer(folder).check_golden()


def test_a_server_that_does_not_answer_is_an_error_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(RegistryError, match="MLFLOW_TRACKING_URI"):
        Versions(TrainerSettings()).champion()


def test_no_error_of_a_server_shows_the_password_of_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:hunter2@127.0.0.1:{port}")
    with pytest.raises(RegistryError, match=f"MLflow at http://127.0.0.1:{port} could") as raised:
        Versions(TrainerSettings()).champion()
    assert f"API request to http://127.0.0.1:{port}/api" in str(raised.value)
    assert "hunter2" not in str(raised.value)
