"""Rate limits, in this process: no model and no Kafka are needed to be refused."""

import httpx
import pytest

from api.app import create_app, serve
from api.settings import ApiSettings

KEY = "ann-key-0123456789"
OTHER = "bob-key-0123456789"


def client_of(key: str, **settings: object) -> httpx.AsyncClient:
    keys = f"ann:predict:{KEY} bob:predict:{OTHER}"
    app = create_app(ApiSettings(_env_file=None, api_keys=keys, **settings))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(serve(app)),
        base_url="http://test",
        headers={"X-API-Key": key},
    )


async def test_a_key_over_its_limit_is_told_to_wait_and_others_go_on() -> None:
    async with client_of(KEY, api_rate_limit="5/minute") as client:
        statuses = [(await client.get("/model")).status_code for _ in range(5)]
        assert 429 not in statuses
        refused = await client.post("/predict", json={"text": "late"})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.json()["type"] == "urn:badbuzz:problem:too-many"
        other = await client.get("/model", headers={"X-API-Key": OTHER})
        assert other.status_code != 429


async def test_after_too_many_wrong_keys_of_an_address_the_right_one_is_refused_too() -> None:
    async with client_of("wrong", api_login_limit="3/minute") as client:
        statuses = [(await client.get("/model")).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        right = await client.get("/model", headers={"X-API-Key": KEY})
        assert right.status_code == 429
        assert 1 <= int(right.headers["retry-after"]) <= 61


async def test_a_wrong_key_now_and_then_does_not_block_the_right_one() -> None:
    async with client_of("wrong", api_login_limit="3/minute") as client:
        assert (await client.get("/model")).status_code == 401
        right = await client.get("/model", headers={"X-API-Key": KEY})
        assert right.status_code == 403  # known, and without the role `read`


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/predict", "/explain", "/predict/batch"])
async def test_a_body_over_the_limit_is_refused(path: str, chunked: bool) -> None:
    async def chunks() -> object:
        for _ in range(300):
            yield b" " * 1_000

    content = chunks() if chunked else b" " * 300_000
    limits = {"api_max_body_bytes": 100_000, "api_max_batch_body_bytes": 200_000}
    async with client_of(KEY, **limits) as client:
        headers = {"Content-Type": "application/json"}
        answer = await client.post(path, content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


async def test_a_text_over_the_limit_is_refused_with_its_place() -> None:
    # Without a model the answer to a text that fits is 503.
    async with client_of(KEY, max_text_chars=10) as client:
        for path, body, place in (
            ("/predict", {"text": "x" * 11}, "/body/text"),
            ("/explain", {"text": "x" * 11}, "/body/text"),
            ("/predict/batch", {"texts": ["x" * 10, "x" * 11]}, "/body/texts/1"),
        ):
            answer = await client.post(path, json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == place


async def test_without_a_model_the_answer_is_503_and_says_when_to_come_again() -> None:
    async with client_of(KEY) as client:
        answer = await client.post("/predict", json={"text": "late"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "no model version is loaded" in answer.json()["detail"]


async def test_a_fault_of_the_service_is_a_problem_without_a_stack_trace() -> None:
    app = create_app(ApiSettings(_env_file=None))

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret detail")

    transport = httpx.ASGITransport(serve(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
