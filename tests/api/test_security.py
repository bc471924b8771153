"""The running service with keys on: who gets in, and what strangers see."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local.ports import free_port
from tests.api.api_process import KEYS, ApiProcess, Installation

pytestmark = pytest.mark.live

TEXT = {"text": "late"}
FEEDBACK = {**TEXT, "predicted": "positive", "right": "negative", "model_version": "1"}


def call(api: ApiProcess, path: str, key: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    bodies = {"/predict": TEXT, "/explain": TEXT, "/feedback": FEEDBACK, "/model/refresh": {}}
    bodies["/predict/batch"] = {"texts": ["late"]}
    if path in bodies:
        return httpx.post(api.url + path, json=bodies[path], headers=headers)
    return httpx.get(api.url + path, headers=headers)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/predict", {"caller", "boss"}),
        ("/predict/batch", {"caller", "boss"}),
        ("/explain", {"caller", "boss"}),
        ("/feedback", {"corrector", "boss"}),
        ("/model", {"reader", "boss"}),
        ("/model/refresh", {"boss"}),
        ("/metrics", {"scraper"}),
    ],
)
def test_each_role_opens_its_doors_only(guarded: ApiProcess, path: str, allowed: set[str]) -> None:
    for name, key in KEYS.items():
        expected = (
            403 if name not in allowed | {"everything"} else 202 if path == "/feedback" else 200
        )
        assert call(guarded, path, key).status_code == expected, name


@pytest.mark.parametrize("path", ["/predict", "/feedback", "/model", "/metrics", "/events"])
def test_without_a_key_or_with_a_wrong_one_nothing_is_told(guarded: ApiProcess, path: str) -> None:
    for key in (None, "wrong-key-0123456789"):
        answer = call(guarded, path, key)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_health_and_readiness_need_no_key(guarded: ApiProcess) -> None:
    assert call(guarded, "/live", None).json() == {"status": "alive"}
    assert call(guarded, "/health", None).json() == {"status": "alive"}
    assert call(guarded, "/ready", None).status_code == 200


def test_the_other_header_does_too(guarded: ApiProcess) -> None:
    headers = {"X-API-Key": KEYS["caller"]}
    assert httpx.post(f"{guarded.url}/predict", json=TEXT, headers=headers).status_code == 200


def test_the_page_asks_for_a_login_and_the_cookie_opens_it(guarded: ApiProcess) -> None:
    with guarded.client() as client:
        assert client.get("/").headers["location"] == "/login"
        same = {"Sec-Fetch-Site": "same-origin"}
        entered = client.post("/login", data={"key": KEYS["boss"]}, headers=same)
        assert entered.headers["location"] == "/"
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie, "a link in a letter leads to the page"
        assert KEYS["boss"] not in cookie
        assert client.get("/").status_code == 200
        assert client.get("/model").status_code == 200
        assert client.post("/predict", json=TEXT, headers=same).status_code == 200
        client.post("/logout", headers=same)
        assert client.get("/model").status_code == 401


def test_a_login_leads_back_to_the_page_that_a_link_named(guarded: ApiProcess) -> None:
    with guarded.client() as client:
        asked = client.get("/?brand=AC%2FDC&x=1")
        assert asked.headers["location"] == "/login?next=%2F%3Fbrand%3DAC%252FDC%26x%3D1"
        entered = client.post(
            "/login",
            data={"key": KEYS["boss"], "next": "/?brand=AC%2FDC&x=1"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert entered.headers["location"] == "/?brand=AC%2FDC&x=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/x//evil.example",
     "javascript:alert(1)", "/a\r\nSet-Cookie: a=b", "/" + "a" * 2_000],
)  # fmt: skip
def test_a_login_leads_nowhere_else(guarded: ApiProcess, target: str) -> None:
    same = {"Sec-Fetch-Site": "same-origin"}
    data = {"key": KEYS["boss"], "next": target}
    answer = httpx.post(f"{guarded.url}/login", data=data, headers=same)
    assert answer.headers["location"] == "/"


def test_another_site_cannot_write_with_the_cookie(guarded: ApiProcess) -> None:
    with guarded.client() as client:
        same = {"Sec-Fetch-Site": "same-origin"}
        client.post("/login", data={"key": KEYS["boss"]}, headers=same)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
            answer = client.post("/feedback", json=FEEDBACK, headers=headers)
            assert answer.status_code == 403, headers


def test_another_site_cannot_log_a_person_in(guarded: ApiProcess) -> None:
    answer = httpx.post(
        f"{guarded.url}/login",
        data={"key": KEYS["reader"]},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_forged_or_changed_cookie_opens_nothing(guarded: ApiProcess) -> None:
    for value in ("boss", "boss.AAAA.BBBB", '"boss"'):
        answer = httpx.get(f"{guarded.url}/model", cookies={"badbuzz_session": value})
        assert answer.status_code == 401


def test_without_keys_another_host_name_is_not_served(client: httpx.Client) -> None:
    answer = client.get("/model", headers={"Host": "evil.example"})
    assert answer.status_code == 421


def test_without_keys_another_site_cannot_write(client: httpx.Client) -> None:
    for path, body in (("/feedback", FEEDBACK), ("/predict", TEXT)):
        answer = client.post(path, json=body, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        plain = client.post(
            path, content='{"text": "late"}', headers={"Content-Type": "text/plain"}
        )
        assert plain.status_code == 415


def test_cross_origin_reading_is_closed(client: httpx.Client) -> None:
    answer = client.get("/model", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    asked = client.options(
        "/predict",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert "access-control-allow-origin" not in asked.headers


LISTED = "https://example.org"


def from_site(origin: str) -> dict[str, str]:
    return {"Origin": origin, "Sec-Fetch-Site": "cross-site"}


@pytest.fixture(scope="module")
def opened(installation: Installation) -> Iterator[ApiProcess]:
    """A service without keys that scripts of one origin may call."""
    origins = json.dumps([LISTED])
    with ApiProcess(installation, BADBUZZ_API_CORS_ORIGINS=origins) as process:
        yield process


WRITES = [("/predict", TEXT, 200), ("/feedback", FEEDBACK, 202)]


@pytest.mark.parametrize(("path", "body", "status"), WRITES)
def test_an_origin_that_is_listed_may_write(
    opened: ApiProcess, path: str, body: dict[str, str], status: int
) -> None:
    asked = {**from_site(LISTED), "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "content-type"
    with opened.client() as client:
        assert client.options(path, headers=asked).status_code == 200
        answer = client.post(path, json=body, headers=from_site(LISTED))
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == LISTED


@pytest.mark.parametrize(("path", "body", "_status"), WRITES)
def test_an_origin_that_is_not_listed_may_not_write(
    opened: ApiProcess, path: str, body: dict[str, str], _status: int
) -> None:
    with opened.client() as client:
        for origin in ("https://evil.example", f"{LISTED}.evil.example", "null"):
            answer = client.post(path, json=body, headers=from_site(origin))
            assert answer.status_code == 403, origin
        cookie = {"Cookie": "badbuzz_session=any", **from_site(LISTED)}
        assert client.post(path, json=body, headers=cookie).status_code == 403


def test_a_listed_origin_cannot_write_with_a_cookie(installation: Installation) -> None:
    keys = f"boss:admin:{KEYS['boss']}"
    origins = json.dumps([LISTED])
    with (
        ApiProcess(installation, BADBUZZ_API_KEYS=keys, BADBUZZ_API_CORS_ORIGINS=origins) as api,
        api.client() as client,
    ):
        key = {"key": KEYS["boss"]}
        assert client.post("/login", data=key, headers=from_site(LISTED)).status_code == 403
        client.post("/login", data=key, headers={"Sec-Fetch-Site": "same-origin"})
        assert client.get("/model").status_code == 200
        answer = client.post("/feedback", json=FEEDBACK, headers=from_site(LISTED))
        assert answer.status_code == 403
        client.cookies.clear()
        with_key = {**from_site(LISTED), "X-API-Key": KEYS["boss"]}
        assert client.post("/feedback", json=FEEDBACK, headers=with_key).status_code == 202


def test_every_answer_carries_the_security_headers_and_an_id(client: httpx.Client) -> None:
    answers = [
        client.get("/"),
        client.get("/health"),
        client.get("/nothing"),
        client.post("/predict", json=TEXT),
        client.post("/predict", content=b"{"),
    ]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 16


def test_a_given_request_id_is_kept_and_a_strange_one_is_not(client: httpx.Client) -> None:
    given = client.get("/health", headers={"X-Request-ID": "trace-1234"})
    assert given.headers["x-request-id"] == "trace-1234"
    strange = client.get("/health", headers={"X-Request-ID": "a b<script>"})
    assert strange.headers["x-request-id"] != "a b<script>"


def test_logs_hold_neither_texts_nor_keys(guarded: ApiProcess) -> None:
    secret_text = "a text that nobody else may read"
    headers = {"Authorization": f"Bearer {KEYS['corrector']}"}
    for content in (f'{{"text": "{secret_text}"', f'{{"text": "{secret_text}", "right": 1}}'):
        httpx.post(
            f"{guarded.url}/feedback",
            content=content,
            headers={**headers, "Content-Type": "application/json"},
        )
    log = guarded.log.read_text()
    assert " route=/feedback status=4" in log
    assert secret_text not in log
    assert not [name for name, key in KEYS.items() if key in log]


def test_a_caller_is_not_told_the_password_of_the_registry(installation: Installation) -> None:
    port = free_port()
    uri = f"http://me:hunter2@127.0.0.1:{port}"
    with ApiProcess(installation, ready=False, MLFLOW_TRACKING_URI=uri) as api, api.client() as c:
        answer = c.post("/model/refresh")
    assert answer.status_code == 503
    assert f"MLflow at http://127.0.0.1:{port} does not answer" in answer.json()["detail"]
    assert "hunter2" not in answer.text
    assert "hunter2" not in api.log.read_text()


def started(
    installation: Installation, folder: Path, *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`badbuzz api` with these options, which must end by itself."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("badbuzz")), "api", *options],
        env={**os.environ, **installation.environment, **variables},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_service_refuses_to_listen_beyond_loopback_without_keys(
    installation: Installation, tmp_path: Path
) -> None:
    ended = started(installation, tmp_path, "--host", "0.0.0.0")
    assert ended.returncode == 1
    assert "BADBUZZ_API_KEYS" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_cannot_be_is_refused_with_the_range(
    installation: Installation, tmp_path: Path, port: str
) -> None:
    ended = started(installation, tmp_path, "--port", port)
    assert ended.returncode == 2
    assert "--port" in ended.stderr
    assert "0<=x<=65535" in ended.stderr


def test_a_host_name_that_nobody_knows_is_told_from_a_port_that_is_taken(
    installation: Installation, tmp_path: Path, api: ApiProcess
) -> None:
    keys = {"BADBUZZ_API_KEYS": f"boss:admin:{KEYS['boss']}"}
    unknown = started(installation, tmp_path, "--host", "no-such-host.invalid", **keys)
    assert unknown.returncode == 1
    assert "cannot listen at no-such-host.invalid:" in unknown.stderr
    assert "set BADBUZZ_API_HOST to an address of this machine" in unknown.stderr
    assert "stop what listens there" not in unknown.stderr
    taken = started(installation, tmp_path, "--port", str(api.port))
    assert taken.returncode == 1
    assert "stop what listens there" in taken.stderr
