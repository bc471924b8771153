"""Around every request: an id, security headers, metrics, one log line, no stack trace."""

import logging
import re
import time
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.listen import is_local_name
from api.metrics import Metrics
from api.problems import ProblemError, a_fault, problem_response

log = logging.getLogger("api.access")

_GIVEN_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLIENT_LEFT = 499
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


class Frame:
    """ASGI middleware; the outermost of our own.

    Args:
        app: what it stands around.
        metrics: where requests are counted.
        paths: those that are counted apart; all else is `other`.
        local_only: answer to the names of this machine only.
        most_bytes: of the body, by path; `""` stands for all other paths.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        paths: frozenset[str],
        local_only: bool,
        most_bytes: Mapping[str, int],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = paths
        self._local_only = local_only
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, request_id)
            await send(message)

        try:
            await self._guarded(scope, receive, send_framed)
        except Exception:
            log.exception("request %s failed", request_id, extra={"request_id": request_id})
            if not status:
                response = problem_response(a_fault(request_id), request_id)
                await response(scope, receive, send_framed)
        finally:
            self._record(scope, request_id, status or _CLIENT_LEFT, time.perf_counter() - began)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._refusal(scope["path"], dict(scope["headers"]))
        if problem is None:
            await self._app(scope, receive, send)
        else:
            response = problem_response(problem, scope["state"]["request_id"])
            await response(scope, receive, send)

    def _refusal(self, path: str, headers: dict[bytes, bytes]) -> ProblemError | None:
        if self._local_only and not is_local_name(headers.get(b"host", b"").decode("latin-1")):
            return ProblemError(421, "Without keys only localhost and 127.0.0.1 are served.")
        length = headers.get(b"content-length", b"")
        most = self._most_bytes.get(path, self._most_bytes[""])
        if length.isdigit() and int(length) > most:
            # A body that does not tell its length is counted where it is read.
            return ProblemError(413, f"Expected at most {most} bytes.", {"Connection": "close"})
        return None

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = scope["path"] if scope["path"] in self._paths else "other"
        # Callers choose the method's name: unknown ones are one series.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(route, method, str(status)).inc()
        if route != "/events":
            self._metrics.duration.labels(route).observe(seconds)
        level = logging.INFO if status >= 400 else logging.DEBUG
        if log.isEnabledFor(level):
            facts: dict[str, Any] = {
                "request_id": request_id,
                "method": method,
                "route": route,
                "status": status,
                "seconds": round(seconds, 6),
                "caller": scope["state"].get("caller"),
            }
            log.log(level, "request", extra=facts)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if _GIVEN_ID.match(given):
                return str(given)
    return token_hex(8)


def _add_headers(message: Message, request_id: str) -> None:
    given = message.get("headers", ())
    headers = [*given, *_RAW_HEADERS, (b"x-request-id", request_id.encode())]
    if not any(name == b"cache-control" for name, _ in given):
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = headers
