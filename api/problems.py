"""Errors over HTTP: RFC 9457 problem details, never a stack trace and never the caller's text."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from api.schemas import Fault, Problem
from sentiment.errors import RegistryError

PROBLEM_TYPE = "application/problem+json"
_MOST_FAULTS = 20
_INFERENCE = "/v2"
_NAMES = {
    400: ("bad-request", "The body is not JSON"),
    401: ("key-missing", "A key is needed"),
    403: ("role-missing", "Not allowed"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This method is not offered here"),
    408: ("too-slow", "The request took too long"),
    409: ("key-reused", "The idempotency key stands for something else"),
    413: ("too-large", "The body is too large"),
    415: ("wrong-media-type", "The body's media type is not JSON"),
    421: ("wrong-host", "This host name is not served"),
    422: ("does-not-fit", "The request does not fit the contract"),
    429: ("too-many", "Too many requests"),
    431: ("headers-too-large", "The headers are too large"),
    500: ("fault", "The service has a fault"),
    503: ("not-now", "Not possible right now"),
}


class ProblemError(Exception):
    """Ends a request with a problem.

    Args:
        status: one of the statuses that the contract names.
        detail: what was expected, what came and what to do, without texts and keys.
        headers: further headers, for example ``Retry-After``.
        faults: what is wrong with which field.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        faults: list[Fault] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.faults = faults


class ProblemResponse(JSONResponse):
    """A problem's media type."""

    media_type = PROBLEM_TYPE


def problem_response(error: ProblemError, request_id: str, path: str = "") -> ProblemResponse:
    """A problem as a response to a request of this path."""
    name, title = _NAMES.get(error.status, ("http", "The request failed"))
    problem = Problem(
        type=f"urn:badbuzz:problem:{name}",
        title=title,
        status=error.status,
        detail=error.detail,
        request_id=request_id,
        errors=error.faults,
        error=error.detail if path.startswith(_INFERENCE) else None,
    )
    content = problem.model_dump(exclude_none=True)
    return ProblemResponse(content, error.status, headers=error.headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for OpenAPI."""
    return {
        status: {
            "description": _NAMES[status][1],
            "model": Problem,
            "content": {PROBLEM_TYPE: {"example": _example(status)}},
        }
        for status in statuses
    }


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Turn every error of `app` into a problem.

    Args:
        app: that answers.
        routes: all of its routes.
    """

    async def answer(request: Request, error: Exception) -> ProblemResponse:
        if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            error.headers = {"Allow": _allowed(request, routes)}
        return problem_response(
            find_problem(error) or a_fault(request.state.request_id),
            request.state.request_id,
            request.url.path,
        )

    for kind in (ProblemError, RegistryError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def find_problem(error: Exception) -> ProblemError | None:
    """An error as callers see it; None: it is a fault of the service."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RegistryError):
        return not_now(str(error))
    if isinstance(error, RequestValidationError):
        return faults_of(error.errors())
    if isinstance(error, HTTPException):
        return ProblemError(error.status_code, str(error.detail), _with_head(error.headers))
    return None


def _allowed(request: Request, routes: Sequence[BaseRoute]) -> str:
    """The methods of all routes of a path: Starlette names those of the first one alone."""
    methods: set[str] = set()
    for route in routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods))


def _with_head(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Where GET is allowed, HEAD is."""
    found = dict(headers or {})
    if "GET" in (allowed := set(found.get("Allow", "").split(", "))):
        found["Allow"] = ", ".join(sorted(allowed | {"HEAD"}))
    return found


def a_fault(request_id: str) -> ProblemError:
    """A 500 that only says where to look."""
    return ProblemError(500, f"See the service's log for request {request_id}.")


def not_now(detail: str, seconds: int = 1) -> ProblemError:
    """A 503 that says when to retry."""
    return ProblemError(503, detail, {"Retry-After": str(seconds)})


def faults_of(found: Sequence[Any], *inside: str) -> ProblemError:
    """What pydantic found wrong, without the values that it was given.

    Args:
        found: pydantic's errors.
        inside: goes before the place of each.
    """
    if any(fault["type"] == "json_invalid" for fault in found):
        return ProblemError(400, "Expected a JSON body in UTF-8, got something else.")
    faults = [
        Fault(pointer="/" + "/".join(map(str, (*inside, *fault["loc"]))), detail=fault["msg"])
        for fault in found[:_MOST_FAULTS]
    ]
    return ProblemError(422, "See `errors`, and the contract at /openapi.json.", faults=faults)


def _example(status: int) -> dict[str, Any]:
    name, title = _NAMES[status]
    return {
        "type": f"urn:badbuzz:problem:{name}",
        "title": title,
        "status": status,
        "detail": "What was expected, what came and what to do.",
        "request_id": "5f0c2b7e9a4d4f6c",
    }
