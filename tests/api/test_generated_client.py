"""A client generated from the committed contract talks to the running service."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from api import contract
from tests.api.api_process import KEYS, ApiProcess, Installation

pytestmark = pytest.mark.live

CONTRACT = Path(contract.__file__).with_name("openapi.json")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The client's package, which can be imported; openapi-python-client had nothing to warn of."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yml").write_text("post_hooks: []\nliteral_enums: true\n")
    made = subprocess.run(
        [
            *(Path(sys.executable).with_name("openapi-python-client"), "generate"),
            *("--path", CONTRACT, "--meta", "none", "--config", folder / "config.yml"),
            *("--output-path", folder / "badbuzz_client", "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield "badbuzz_client"
    sys.path.remove(str(folder))


class Generated:
    """The generated modules, and a client of the service."""

    def __init__(self, package: str, url: str, token: str) -> None:
        self._package = package
        self.models = self.module("models")
        self.client = self.module("client").AuthenticatedClient(base_url=url, token=token)

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self._package}.{name}")

    def call(self, name: str, **more: Any) -> Any:
        return self.module(f"api.{name}").sync(client=self.client, **more)


@pytest.fixture
def generated(package: str, guarded: ApiProcess) -> Generated:
    return Generated(package, guarded.url, KEYS["boss"])


def test_predictions_come_as_objects(generated: Generated) -> None:
    models = generated.models
    request = models.PredictRequest(text="awful and late", id="7", lang="en")
    found = generated.call("predictions.predict", body=request)
    assert (type(found).__name__, found.id, found.label) == ("Prediction", "7", "negative")
    batch = models.BatchRequest(texts=["great love", request])
    answers = generated.call("predictions.predict_batch", body=batch).predictions
    assert [answer.label for answer in answers] == ["positive", "negative"]
    assert [answer.id for answer in answers] == [None, "7"]
    asked = models.ExplainRequest(text="awful", id="8", lang="en")
    explained = generated.call("predictions.explain_text", body=asked)
    assert (explained.id, [piece.text for piece in explained.pieces]) == ("8", ["awful"])


def test_feedback_goes_and_comes(generated: Generated) -> None:
    request = generated.models.FeedbackRequest(
        text="late", predicted="positive", right="negative", model_version="1"
    )
    accepted = generated.call("feedback.feedback", body=request)
    assert accepted.status == "stored"
    assert type(generated.call("feedback.feedback_list", limit=1)).__name__ == "FeedbackPage"


def test_the_open_inference_protocol_is_generated_too(
    generated: Generated, installation: Installation
) -> None:
    models, name = generated.models, installation.settings.model_name
    text = models.RequestInput(name="text", shape=[1], datatype="BYTES", data=["awful"])
    request = models.InferenceRequest(inputs=[text])
    # The contract names the default model; this service has another.
    answer = generated.call("open_inference_protocol.infer", model_name=name, body=request)
    assert answer.outputs[0].data == ["negative"]


def test_a_problem_comes_as_an_object(generated: Generated) -> None:
    request = generated.models.PredictRequest(text="")
    problem = generated.call("predictions.predict", body=request)
    assert (type(problem).__name__, problem.status) == ("Problem", 422)
    assert problem.errors[0].pointer == "/body/text"


def test_every_operation_has_a_function(package: str) -> None:
    document = json.loads(CONTRACT.read_text("utf-8"))
    for path, item in document["paths"].items():
        for operation in item.values():
            module = f"{package}.api.{operation['tags'][0].replace(' ', '_')}"
            assert importlib.import_module(f"{module}.{operation['operationId']}"), path
