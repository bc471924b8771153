"""A stop finishes what was accepted, and open pages do not hold it up."""

import json
import select
import socket
import time

import psutil
import pytest

from tests.api.api_process import ApiProcess, Installation, wait_for

pytestmark = pytest.mark.live

REQUESTS = 24


def request(method: str, path: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def whole_answer(connection: socket.socket) -> bytes:
    answer = b""
    while part := connection.recv(65_536):
        answer += part
    return answer


def queued(api: ApiProcess, asked: list[socket.socket]) -> list[socket.socket]:
    """Those that the server has not accepted yet; a stop resets them."""
    assert api.process is not None
    found = psutil.Process(api.process.pid).net_connections("tcp")
    taken = {connection.raddr.port for connection in found if connection.raddr}
    answered, _, _ = select.select(asked, [], [], 0)
    return [c for c in asked if c not in answered and c.getsockname()[1] not in taken]


def test_a_stop_answers_what_was_accepted_and_ends_the_streams(installation: Installation) -> None:
    with ApiProcess(installation) as api:

        def connected() -> socket.socket:
            return socket.create_connection(("127.0.0.1", api.port), timeout=30)

        page = connected()
        page.sendall(request("GET", "/events"))
        opened = b""
        while b"event: snapshot" not in opened:
            opened += page.recv(65_536)
            assert opened, "the stream ended"
        body = json.dumps({"text": "late again " * 100}).encode()
        asked = [connected() for _ in range(REQUESTS)]
        for connection in asked:
            connection.sendall(request("POST", "/explain", body))
        wait_for(lambda: not queued(api, asked), what="the server to accept all requests")
        began = time.monotonic()
        assert api.stop() == 0
        took = time.monotonic() - began
        answers = [whole_answer(connection) for connection in asked]
        assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * REQUESTS
        assert all(answer.endswith(b"]}") for answer in answers)
        whole_answer(page)  # the stream has an end
        assert took < 15
