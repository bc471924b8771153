"""Connections as uvicorn serves them, with what it leaves unlimited: time, header bytes, number.

uvicorn waits for ever for the end of a request's headers or body and for a client that does not
read its answer, keeps header bytes without a limit, and counts half-open connections as load.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.problems import ProblemError, problem_response

_ABORT_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """What one client may take.

    Attributes:
        header_bytes: of the request line and all headers of one request.
        header_seconds: from a connection's or a request's beginning to the end of its headers.
        body_seconds: from there to the end of its body.
        reader_seconds: for which a client may read nothing of an answer that waits.
        connections: open at the same time. A further one takes the place of the one that has kept
            the service waiting the longest, and is refused if all are being answered.
    """

    header_bytes: int
    header_seconds: float
    body_seconds: float
    reader_seconds: float
    connections: int


def limited(limits: Limits, cut: Counter) -> type[HttpToolsProtocol]:
    """A protocol for uvicorn that keeps to `limits`.

    Args:
        limits: of each connection and of all.
        cut: counts the connections that were cut, by reason.
    """

    class Limited(LimitedProtocol):
        pass

    Limited.limits, Limited.cut_connections = limits, cut
    return Limited


class LimitedProtocol(HttpToolsProtocol):
    """One connection; see `limited`."""

    limits: Limits
    cut_connections: Counter

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_headers = True
        self._raw_bytes = self._header_bytes = 0
        self._is_cut = False
        self._waiting: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self.waits_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(self.limits.header_seconds, "headers_slow")
        if len(self.connections) > self.limits.connections:
            longest = min(self._others_waiting(), key=lambda one: one.waits_since, default=None)
            if longest is None:
                self._cut("too_many", 503, "Too many connections are open.")
            else:
                longest._cut("displaced")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_unread()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether the client must continue: no response is under way."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def data_received(self, data: bytes) -> None:
        if self._is_cut:
            return
        if self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait(self.limits.header_seconds, "headers_slow")
        if self._in_headers:
            self._raw_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._raw_bytes > self.limits.header_bytes:
            self._refuse_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers, self._header_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        self._header_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + len(b": \r\n")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers, self._raw_bytes = False, 0
        if self._header_bytes > self.limits.header_bytes:
            self._refuse_headers()
        if self._is_cut:
            return
        super().on_headers_complete()
        self._wait(self.limits.body_seconds, "body_slow")

    def on_body(self, body: bytes) -> None:
        if not self._is_cut:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_headers = True
        if not self._is_cut:
            self._stop_waiting()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_unread()
        self._unread = self.loop.call_later(self.limits.reader_seconds, self._cut, "reader_slow")

    def resume_writing(self) -> None:
        self._stop_unread()
        super().resume_writing()

    def _others_waiting(self) -> Iterator["LimitedProtocol"]:
        for one in self.connections:
            if isinstance(one, LimitedProtocol) and one is not self and one.is_waiting:
                yield one

    def _wait(self, seconds: float, reason: str) -> None:
        self._stop_waiting()
        self.waits_since = self.loop.time()
        detail = f"Expected the request within {seconds:g} s."
        self._waiting = self.loop.call_later(seconds, self._cut, reason, 408, detail)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _refuse_headers(self) -> None:
        detail = f"Expected at most {self.limits.header_bytes} bytes of headers."
        self._cut("headers_large", 431, detail)

    def _cut(self, reason: str, status: int | None = None, detail: str = "") -> None:
        """Close the connection, with an answer where none has begun."""
        if self._is_cut or self.transport.is_closing():
            return
        self._is_cut = True
        self._stop_waiting()
        self.cut_connections.labels(reason).inc()
        if status is not None and not self._has_begun_to_answer():
            self.transport.write(_answer(ProblemError(status, detail)))
        self.transport.close()
        # Closing waits until the client has read what was written.
        self.loop.call_later(_ABORT_SECONDS, self.transport.abort)

    def _has_begun_to_answer(self) -> bool:
        cycle = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete


def _answer(problem: ProblemError) -> bytes:
    response = problem_response(problem, "none")
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    return STATUS_LINE[problem.status] + headers + b"connection: close\r\n\r\n" + response.body
