"""The Open Inference Protocol of the running service, asked as its clients ask."""

from typing import Any

import httpx
import pytest

from tests.api.api_process import KEYS, ApiProcess, Installation

pytestmark = pytest.mark.live

TEXTS = ["awful and late", "great love", "@united https://t.co/abc"]


@pytest.fixture
def model(installation: Installation) -> str:
    return f"/v2/models/{installation.settings.model_name}"


def column(data: list[Any], name: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": [len(data)], "datatype": "BYTES", "data": data} | more


def outputs(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["outputs"]}


def test_inference_and_batch_say_the_same(client: httpx.Client, model: str) -> None:
    plain = client.post("/predict/batch", json={"texts": TEXTS}).json()
    answer = client.post(f"{model}/infer", json={"id": "42", "inputs": [column(TEXTS)]})
    found = outputs(answer)
    assert answer.json()["id"] == "42"
    assert answer.json()["model_version"] == plain["model_version"]
    for name in ("label", "p_negative"):
        assert found[name]["data"] == [one[name] for one in plain["predictions"]]
        assert found[name]["shape"] == [len(TEXTS)]
    assert found["label"]["datatype"] == "BYTES"
    assert found["p_negative"]["datatype"] == "FP64"
    assert found["p_negative"]["data"][2] is None


@pytest.mark.parametrize(
    "data", [TEXTS, [[text] for text in TEXTS]], ids=["flat", "each in a list of its own"]
)
@pytest.mark.parametrize("shape", [[3], [3, 1]])
def test_a_column_comes_in_either_shape(
    client: httpx.Client, model: str, data: list[Any], shape: list[int]
) -> None:
    """MLServer's codecs send [n, 1], with parameters of their own."""
    sent = column(data, shape=shape, parameters={"content_type": "str"})
    found = outputs(client.post(f"{model}/infer", json={"inputs": [sent], "parameters": {"a": 1}}))
    assert found["label"]["data"] == ["negative", "positive", "unsupported"]


def test_a_language_that_the_model_lacks_is_unsupported(client: httpx.Client, model: str) -> None:
    inputs = [column(TEXTS[:2]), column(["en", "fr"], "lang")]
    found = outputs(client.post(f"{model}/infer", json={"inputs": inputs}))
    assert found["label"]["data"] == ["negative", "unsupported"]


def test_outputs_are_those_that_are_asked_for(client: httpx.Client, model: str) -> None:
    wanted = {"inputs": [column(TEXTS)], "outputs": [{"name": "p_negative"}]}
    assert list(outputs(client.post(f"{model}/infer", json=wanted))) == ["p_negative"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"inputs": [column(TEXTS, shape=[2])]}, 422),
        ({"inputs": [column(TEXTS, shape=[1, 3])]}, 422),
        ({"inputs": [column(TEXTS, "lang")]}, 422),
        ({"inputs": [column(TEXTS), column(["en"], "lang")]}, 422),
        ({"inputs": [column(["late"] * 1_001)]}, 422),
        ({"inputs": [column([[["late"]]])]}, 422),
        ({"inputs": [column(["late" * 1_001])]}, 422),
        ({"inputs": [column(TEXTS, datatype="FP32")]}, 422),
        ({"inputs": [column(TEXTS)], "outputs": [{"name": "p_surprise"}]}, 422),
        ({}, 422),
    ],
)
def test_what_does_not_fit_is_an_error_as_the_protocol_has_it(
    client: httpx.Client, model: str, change: dict[str, Any], status: int
) -> None:
    answer = client.post(f"{model}/infer", json=change)
    assert answer.status_code == status
    assert answer.json()["error"] == answer.json()["detail"]


def test_errors_before_the_routes_have_the_same_form(client: httpx.Client, model: str) -> None:
    typed = client.post(f"{model}/infer", content=b"{}", headers={"content-type": "text/plain"})
    assert (typed.status_code, "error" in typed.json()) == (415, True)
    assert client.post(f"{model}/infer", content=b"{", headers={
        "content-type": "application/json"}).status_code == 400  # fmt: skip
    absent = client.get("/v2/models/other")
    assert (absent.status_code, "error" in absent.json()) == (404, True)
    assert "error" not in client.post("/predict", json={}).json()


def test_server_and_model_describe_themselves(client: httpx.Client, model: str) -> None:
    server = client.get("/v2").json()
    assert server["name"] == "badbuzz"
    assert server["extensions"] == []
    about = client.get(model).json()
    assert about["versions"] == [client.get("/model").json()["version"]]
    assert [one["name"] for one in about["inputs"]] == ["text", "lang"]
    asked = {"inputs": [column(TEXTS)]}
    answered = outputs(client.post(f"{model}/infer", json=asked))
    assert [one["name"] for one in about["outputs"]] == list(answered)


def test_probes_need_no_key_and_the_rest_does(guarded: ApiProcess, model: str) -> None:
    for path in ("/v2/health/live", "/v2/health/ready", f"{model}/ready"):
        assert httpx.get(guarded.url + path).json() in ({"live": True}, {"ready": True})
    for path in ("/v2", model):
        assert httpx.get(guarded.url + path).status_code == 401
        key = {"x-api-key": KEYS["caller"]}
        assert httpx.get(guarded.url + path, headers=key).status_code == 200
    body = {"inputs": [column(TEXTS)]}
    assert httpx.post(f"{guarded.url}{model}/infer", json=body).status_code == 401
    reader = {"x-api-key": KEYS["reader"]}
    assert httpx.post(f"{guarded.url}{model}/infer", json=body, headers=reader).status_code == 403
