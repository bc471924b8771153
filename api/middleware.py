"""Around every request: an id, security headers, metrics, one log line, no stack trace."""

import logging
import re
import time
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.listen import is_local_name
from api.metrics import Metrics
from api.problems import ProblemError, a_fault, problem_response

log = logging.getLogger("api.access")

_GIVEN_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLIENT_LEFT = 499
_MOST_DIGITS = 18
_PROBES = frozenset({"/health", "/ready", "/live", "/v2/health/live", "/v2/health/ready"})
"""Asked several times a second until the service is ready: a refusal is no news."""
_HEADERS = {  # unless an answer has its own
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


class Frame:
    """ASGI middleware; the outermost of our own.

    Args:
        app: what it stands around.
        metrics: where requests are counted.
        paths: those that are counted apart, as the routes write them; all else is `other`.
        local_only: answer to the names of this machine only.
        most_bytes: of the body, by path; `""` stands for all other paths.
        json_paths: those that take JSON alone, as the routes write them.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        paths: frozenset[str],
        local_only: bool,
        most_bytes: Mapping[str, int],
        json_paths: frozenset[str],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = paths
        self._local_only = local_only
        self._most_bytes = most_bytes
        self._json_paths = [compile_path(path)[0] for path in sorted(json_paths)]

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
                _add_headers(message, request_id, scope["state"].get("rate_limit", {}))
            await send(message)

        try:
            await self._guarded(scope, receive, send_framed)
        except Exception:
            log.exception("request %s failed", request_id, extra={"request_id": request_id})
            if not status:
                response = problem_response(a_fault(request_id), request_id, scope["path"])
                await response(scope, receive, send_framed)
        finally:
            self._record(scope, request_id, status or _CLIENT_LEFT, time.perf_counter() - began)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        problem = self._refusal(scope, headers)
        if problem is None and not headers.get(b"content-length", b"").isdigit():
            receive = _limited(receive, self._most(scope))
        if problem is None and scope["method"] == "HEAD":
            await _head(self._app, scope, receive, send)
        elif problem is None:
            await self._app(scope, receive, send)
        else:
            response = problem_response(problem, scope["state"]["request_id"], scope["path"])
            await response(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> ProblemError | None:
        if self._local_only and not is_local_name(headers.get(b"host", b"").decode("latin-1")):
            return ProblemError(421, "Without keys only localhost and 127.0.0.1 are served.")
        length = headers.get(b"content-length", b"")
        most = self._most(scope)
        if length.isdigit() and (len(length) > _MOST_DIGITS or int(length) > most):
            return _too_large(most)
        if (
            scope["method"] == "POST"
            and not _is_json(headers)
            and any(path.match(scope["path"]) for path in self._json_paths)
        ):
            # Any page may send other types across sites without asking.
            return ProblemError(415, "Expected the header `Content-Type: application/json`.")
        return None

    def _most(self, scope: Scope) -> int:
        return self._most_bytes.get(scope["path"], self._most_bytes[""])

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        found = getattr(scope.get("route"), "path", scope["path"])
        route = found if found in self._paths else "other"
        # Callers choose the method's name: unknown ones are one series.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(route, method, str(status)).inc()
        if route != "/events":
            self._metrics.duration.labels(route).observe(seconds)
        level = logging.INFO if status >= 400 and route not in _PROBES else logging.DEBUG
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


def _limited(receive: Receive, most: int) -> Receive:
    """Count a body that does not say its length, and end it past the limit."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            # FastAPI passes this error on from wherever it reads the body.
            problem = _too_large(most)
            raise HTTPException(problem.status, problem.detail, problem.headers)
        return message

    return receive_limited


def _too_large(most: int) -> ProblemError:
    return ProblemError(413, f"Expected at most {most} bytes.", {"Connection": "close"})


async def _head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as to GET, without the body; a body without an end is not waited for."""
    answered = False

    async def send_head(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            await send(message)
        elif not answered:
            answered = True
            await send({"type": "http.response.body"})

    async def receive_until_answered() -> Message:
        return {"type": "http.disconnect"} if answered else await receive()

    await app({**scope, "method": "GET"}, receive_until_answered, send_head)


def _is_json(headers: Mapping[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    subtype = kind.removeprefix(b"application/")
    return subtype != kind and (subtype == b"json" or subtype.endswith(b"+json"))


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if _GIVEN_ID.match(given):
                return str(given)
    return token_hex(8)


def _add_headers(message: Message, request_id: str, rate_limit: Mapping[str, str]) -> None:
    given = message.get("headers", ())
    names = {name for name, _ in given}
    headers = [*given, (b"x-request-id", request_id.encode())]
    headers += [header for header in _RAW_HEADERS if header[0] not in names]
    headers += [(name.encode(), value.encode()) for name, value in rate_limit.items()]
    message["headers"] = headers
