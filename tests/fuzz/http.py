"""Hostile requests to the API: by its own contract, and below HTTP."""

import random
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import orjson
from hypothesis import strategies as st

from tests.fuzz.examples import drawn
from tests.fuzz.records import HUGE, NASTY_TEXT

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "get")
TYPES = (
    "application/json", "Application/JSON; charset=utf-8", "text/plain", "", "application/xml",
    "multipart/form-data; boundary=x", "application/json; charset=utf-16", "a" * 3_000,
)  # fmt: skip
BODIES = (
    b"", b"{", b"null", b"[]", b"\xff\xfe\x00", b'{"text": "\\ud800"}', b'{"text": 1e400}',
    b'{"text": NaN}', b"[" * 50_000, b'{"text":' * 5_000, b" " * 200_000, b'{"texts": []}',
    b'{"text": "late", "text": ["late"]}', b'{"key": "' + b"k" * 5_000 + b'"}', b"a" * 3_000_000,
)  # fmt: skip
RAW = (
    b"", b"\r\n\r\n", b"GET", b"GET / HTTP/1.1\r\nHost: ", b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /" + b"a" * 60_000,
    b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4_000,
    b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nContent-Length: 11\r\n\r\n{}",
    b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{",
    b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"POST /predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nx: a\r\n b\r\n\r\n",
    b"GET /%ff%00 HTTP/1.1\r\nHost: \xff\r\n\r\n",
    b"GET http://elsewhere/ HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + b'"' * 3_000 + b"\r\n\r\n",
    b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n",
)  # fmt: skip
HALF_OPEN = 60
_OFTEN = 0.8
_wrong: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.sampled_from([*HUGE, *NASTY_TEXT]) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


class Edge:
    """Attacks one API.

    Args:
        url: of the API.
        port: of the same.
    """

    def __init__(self, url: str, port: int) -> None:
        self.url, self.port = url, port
        self.answers: Counter[int] = Counter()

    def attack(self, count: int, seed: int) -> Iterator[str]:
        """Send hostile requests; yields what went wrong."""
        dice = random.Random(seed)
        document = httpx.get(f"{self.url}/openapi.json", timeout=20).json()
        held = [self._open(dice.choice(RAW)) for _ in range(HALF_OPEN)]
        with httpx.Client(base_url=self.url, timeout=30) as client:
            for operation, body in _requests(document, count, seed, dice):
                yield from self._send(client, dice, *operation, body)
        for raw in RAW:
            self._open(raw, wait=True)
        for one in held:
            if one is not None:
                one.close()

    def _send(
        self, client: httpx.Client, dice: random.Random, method: str, path: str, body: bytes
    ) -> Iterator[str]:
        kind = TYPES[0] if dice.random() < _OFTEN else dice.choice(TYPES)
        headers = {"content-type": kind} if body else {}
        if dice.random() < 0.1:
            headers["x-request-id"] = "\x7f" + "r" * 300
        try:
            with client.stream(method, path, content=body or None, headers=headers) as answer:
                if "event-stream" not in answer.headers.get("content-type", ""):
                    answer.read()
        except httpx.RemoteProtocolError:
            return  # cut off: as good as refused
        except (httpx.TransportError, httpx.InvalidURL) as error:
            yield f"{method} {path[:80]} {body[:80]!r}: {error!r}"
            return
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code not in (501, 503):
            yield f"{method} {path[:80]} {body[:200]!r}: {answer.status_code} {answer.text[:300]}"

    def _open(self, raw: bytes, wait: bool = False) -> socket.socket | None:
        with suppress(OSError):  # it may refuse more connections
            one = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            with suppress(OSError):
                one.sendall(raw)
                if wait:
                    one.settimeout(1)
                    one.recv(1_000)
            if not wait:
                return one
            one.close()
        return None


def _requests(
    document: dict[str, Any], count: int, seed: int, dice: random.Random
) -> Iterator[tuple[tuple[str, str], bytes]]:
    operations = [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    ]
    examples = _examples(document)
    for number, wrong in enumerate(drawn(_wrong, count, seed)):
        method, path = operations[number % len(operations)]
        if dice.random() < 0.1:
            method = dice.choice(METHODS)
        body = b"" if method == "GET" else _body(dice, examples, wrong)
        yield (method, _filled(path, wrong)), body


def _examples(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A body that is right, of each schema of the contract: for one field to be made wrong."""
    found = []
    for schema in document["components"]["schemas"].values():
        fields = {name: _right(field) for name, field in schema.get("properties", {}).items()}
        if fields:
            found.append(fields)
    return found


def _right(field: dict[str, Any]) -> Any:
    if field.get("examples"):
        return field["examples"][0]
    if field.get("enum"):
        return field["enum"][0]
    kinds = {"string": "late", "integer": 1, "number": 0.5, "boolean": True, "array": ["late"]}
    return kinds.get(field.get("type", ""), "negative")


def _body(dice: random.Random, examples: list[dict[str, Any]], wrong: Any) -> bytes:
    if dice.random() < 0.25:
        return dice.choice(BODIES)
    fields = dict(dice.choice(examples))
    name = dice.choice(sorted(fields))
    if dice.random() < 0.8:
        fields[name] = wrong
    try:
        return orjson.dumps(fields)
    except TypeError:  # whole numbers beyond 64 bits, halves of characters
        return repr(fields).replace("'", '"').encode("utf-8", "surrogatepass")


def _filled(path: str, wrong: Any) -> str:
    """A path with hostile parameters, and a hostile query."""
    value = str(wrong)[:600].encode("utf-8", "replace")
    quoted = "".join(f"%{byte:02x}" for byte in value[:300])
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + (quoted or "x") + path[end + 1 :]
    return f"{path}?limit={quoted}&cursor={quoted}&since={quoted}"
