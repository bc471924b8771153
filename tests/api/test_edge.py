"""What reaches the service before any key is looked at: a real process, without a model."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.api.api_process import ApiProcess, Installation, wait_for

HEADER_SECONDS = 1.0
CONNECTIONS = 20
KEY = "ann-key-0123456789"
SETTINGS = {
    "BADBUZZ_API_HEADER_SECONDS": str(HEADER_SECONDS),
    "BADBUZZ_API_BODY_SECONDS": "1",
    "BADBUZZ_API_READER_SECONDS": "1",
    "BADBUZZ_API_CONNECTIONS": str(CONNECTIONS),
    "BADBUZZ_API_MAX_HEADER_BYTES": "16384",
}


def made_alone(folder: Path) -> Installation:
    return Installation(folder, "127.0.0.1:9", "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    alone = made_alone(tmp_path_factory.mktemp("edge"))
    with ApiProcess(alone, ready=False, **SETTINGS) as process:
        yield process


class Client:
    """A client that speaks HTTP by hand."""

    def __init__(self, api: ApiProcess) -> None:
        self.socket = socket.create_connection(("127.0.0.1", api.port), timeout=10)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, text: bytes) -> None:
        self.socket.sendall(text)

    def answer(self) -> bytes:
        """All that comes until the service closes."""
        found = b""
        try:
            while some := self.socket.recv(65_536):
                found += some
        except ConnectionResetError:
            pass
        return found

    def is_cut(self) -> bool:
        self.socket.setblocking(False)
        try:
            return self.socket.recv(65_536) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


def cuts(api: ApiProcess, reason: str) -> float:
    return api.metric(f'badbuzz_api_connections_cut_total{{reason="{reason}"}}') or 0.0


def test_an_endless_header_block_is_refused_after_its_limit(edge: ApiProcess) -> None:
    with Client(edge) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        sent = 0
        try:
            while sent < 5_000_000:
                client.send(b"x-header-%d: " % sent + b"a" * 4_000 + b"\r\n")
                sent += 4_000
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 5_000_000
    assert cuts(edge, "headers_large") >= 1


@pytest.mark.parametrize(
    "block",
    [
        b"x: " + b"a" * 20_000,
        b"\r\n".join(b"x%d: a" % number for number in range(3_000)),
        b"x: " + b"a" * 17_000 + b"\r\n\r\n",
    ],
    ids=["one endless header", "many headers", "a whole request"],
)
def test_headers_over_the_limit_are_431(edge: ApiProcess, block: bytes) -> None:
    with Client(edge) as client:
        client.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + block)
        answer = client.answer()
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:100]
    assert b"application/problem+json" in answer


def test_an_endless_path_is_431(edge: ApiProcess) -> None:
    with Client(edge) as client:
        client.send(b"GET /" + b"a" * 20_000)
        assert client.answer().startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_a_request_whose_headers_do_not_end_is_cut(edge: ApiProcess, begun: bytes) -> None:
    with Client(edge) as client:
        since = time.monotonic()
        client.send(begun)
        answer = client.answer()
        assert HEADER_SECONDS - 0.1 < time.monotonic() - since < HEADER_SECONDS + 4
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_headers_that_drip_are_cut(edge: ApiProcess) -> None:
    with Client(edge) as client:
        client.send(b"GET / HTTP/1.1\r\n")
        since = time.monotonic()
        while not client.is_cut():
            assert time.monotonic() - since < HEADER_SECONDS + 4
            try:
                client.send(b"a: b\r\n")
            except OSError:
                break
            time.sleep(0.1)


@pytest.mark.parametrize("head", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_end_is_cut(edge: ApiProcess, head: bytes) -> None:
    request = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with Client(edge) as client:
        client.send(request + head + b"\r\n\r\n")
        since = time.monotonic()
        assert client.answer().startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - since < 5


def test_an_idle_connection_that_sends_nothing_but_line_ends_is_cut(edge: ApiProcess) -> None:
    with Client(edge) as client:
        client.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        since = time.monotonic()
        while not client.is_cut():
            assert time.monotonic() - since < 10
            try:
                client.send(b"\r\n")
            except OSError:
                break
            time.sleep(0.1)


def test_400_half_open_requests_lock_nobody_out_and_are_cut(edge: ApiProcess) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(edge)) for _ in range(400)]
        for client in clients:
            with suppress(OSError):  # displaced already
                client.send(b"GET / HTTP/1.1\r\nHost: ")
        assert httpx.get(f"{edge.url}/health").status_code == 200
        wait_for(lambda: all(client.is_cut() for client in clients), 20, "all are cut")
    assert cuts(edge, "displaced") >= 400 - CONNECTIONS


def test_requests_one_after_another_on_one_connection_are_answered(edge: ApiProcess) -> None:
    with httpx.Client(base_url=edge.url) as client:
        for _ in range(100):
            assert client.get("/health", headers={"x-padding": "a" * 1_000}).status_code == 200
        time.sleep(HEADER_SECONDS + 0.5)  # kept alive longer than headers may take
        assert client.get("/health").status_code == 200


def test_a_body_after_an_answer_does_not_end_the_connections_time(edge: ApiProcess) -> None:
    with Client(edge) as client:
        client.send(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n")
        assert b"413" in client.answer()[:20]


@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/static/main.js", "/openapi.json"])
def test_head_is_answered_as_get_without_a_body(edge: ApiProcess, path: str) -> None:
    head, get = httpx.head(edge.url + path), httpx.get(edge.url + path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_the_events_ends_and_of_a_missing_model_is_as_get(edge: ApiProcess) -> None:
    assert httpx.head(f"{edge.url}/events", timeout=5).status_code == 200
    assert httpx.head(f"{edge.url}/ready").status_code == httpx.get(f"{edge.url}/ready").status_code
    assert httpx.head(f"{edge.url}/nothing").status_code == 404
    refused = httpx.head(f"{edge.url}/predict")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert httpx.put(f"{edge.url}/model").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("name", ["a" * 255 + ".js", "a" * 5_000 + ".js", "%00.js", "..%2fapp.js"])
def test_a_file_that_the_page_has_not_is_404(edge: ApiProcess, name: str) -> None:
    assert httpx.get(f"{edge.url}/static/{name}").status_code == 404


@pytest.mark.parametrize("what", ["series", "tweets", "tweets.csv", "causes"])
def test_a_name_that_no_brand_can_have_is_404_as_the_contract_says(
    edge: ApiProcess, what: str
) -> None:
    answer = httpx.get(f"{edge.url}/brands/a%0Ab/{what}")
    contract = httpx.get(f"{edge.url}/openapi.json").json()
    said = contract["paths"][f"/brands/{{brand}}/{what}"]["get"]["responses"]["404"]["content"]
    assert (answer.status_code, answer.headers["content-type"]) == (404, *said)


JSON_PATHS = ["/predict", "/predict/batch", "/explain", "/feedback"]


@pytest.mark.parametrize("path", JSON_PATHS)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "a/b;;", "", "application/jsonp"]
)
def test_a_body_of_another_type_is_415_at_every_endpoint(
    edge: ApiProcess, path: str, kind: str
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = httpx.post(edge.url + path, content=b'{"text": "late"}', headers=headers)
    assert answer.status_code == 415
    assert answer.json()["type"] == "urn:badbuzz:problem:wrong-media-type"


@pytest.mark.parametrize("kind", ["Application/JSON", "application/json; charset=utf-8"])
@pytest.mark.parametrize(
    "text", [b"late", b"late \\ud83d", b"\\udc00\\ud83d\\ude00", b"\\\\ud83d", "a\u2028".encode()]
)
def test_every_endpoint_takes_the_same_bodies(edge: ApiProcess, kind: str, text: bytes) -> None:
    """503 says that the request fits and no model is there; a body that does not fit is 4xx."""
    for path in ("/predict", "/explain"):
        answer = httpx.post(
            edge.url + path,
            content=b'\xef\xbb\xbf{"text": "' + text + b'"}',
            headers={"Content-Type": kind},
        )
        assert answer.status_code == 503, (path, answer.text)


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"text": "\xed\xa0\x80"}', b"[" * 50_000, '{"text": "a"}'.encode("utf-16")],
)
def test_every_endpoint_refuses_the_same_bodies(edge: ApiProcess, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    statuses = {
        path: httpx.post(edge.url + path, content=body, headers=headers).status_code
        for path in JSON_PATHS
    }
    assert set(statuses.values()) == {400}, statuses


def test_the_address_is_the_connections_own_unless_a_named_proxy_tells_another(
    tmp_path: Path,
) -> None:
    def statuses(**settings: str) -> list[int]:
        keys = {"BADBUZZ_API_KEYS": f"ann:read:{KEY}", "BADBUZZ_API_LOGIN_LIMIT": "3/hour"}
        with ApiProcess(made_alone(tmp_path), ready=False, **keys, **settings) as process:
            found = []
            for number in range(5):
                headers = {"X-API-Key": f"wrong-{number}", "X-Forwarded-For": f"203.0.113.{number}"}
                found.append(httpx.get(f"{process.url}/model", headers=headers).status_code)
            right = {"X-API-Key": KEY, "X-Forwarded-For": "203.0.113.77"}
            return [*found, httpx.get(f"{process.url}/model", headers=right).status_code]

    assert statuses() == [401, 401, 401, 429, 429, 429]
    assert statuses(BADBUZZ_API_PROXIES='["127.0.0.0/8"]') == [401] * 5 + [503]


def test_uvicorn_has_what_our_protocol_rests_on() -> None:
    names = (
        "connection_made", "connection_lost", "data_received", "on_message_begin", "on_url",
        "on_header", "on_headers_complete", "on_body", "on_message_complete",
        "on_response_complete", "pause_writing", "resume_writing",
    )  # fmt: skip
    assert [name for name in names if name not in vars(HttpToolsProtocol)] == []


def test_a_stop_does_not_wait_for_an_mlflow_that_never_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with ApiProcess(Installation(tmp_path, "127.0.0.1:9", uri), ready=False) as process:
            connection, _ = silent.accept()
            with connection:
                began = time.monotonic()
                assert process.stop() == 0
                assert time.monotonic() - began < 10
