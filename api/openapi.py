"""What the OpenAPI document says beyond what FastAPI derives from the routes."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from api.event_contract import tell_events
from api.problems import PROBLEM_TYPE
from api.settings import ApiSettings

ABOUT: dict[str, Any] = {
    "title": "badbuzz",
    "version": version("badbuzz"),
    "summary": "The sentiment of short texts, on demand, and corrections of it.",
    "description": (
        "Errors are problem details (RFC 9457). With keys on, send yours as "
        "`Authorization: Bearer KEY` or `X-API-Key: KEY`."
    ),
    "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
OPEN = frozenset(
    {
        *("/live", "/health", "/ready"),
        *("/v2/health/live", "/v2/health/ready", "/v2/models/{model_name}/ready"),
    }
)
"""Paths that need no key."""
_RATE_LIMIT = {
    "RateLimit-Policy": {
        "description": "requests `q` that this key may make in `w` seconds "
        "(draft-ietf-httpapi-ratelimit-headers)",
        "schema": {"type": "string"},
        "example": '"key";q=500;w=1',
    },
    "RateLimit": {
        "description": "requests `r` that are left for the next `t` seconds",
        "schema": {"type": "string"},
        "example": '"key";r=499;t=1',
    },
}
_RETRY_AFTER = {
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 0}}
}
_ETAG = {"ETag": {"description": "of this content", "schema": {"type": "string"}}}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "an API key"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same"},
}
_DOCUMENTED_ELSEWHERE = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI, settings: ApiSettings, needs_keys: bool) -> None:
    """Add the limits and keys of this service to `/openapi.json`."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _tell_problems(document)
            _tell_limits(document, settings.max_text_chars)
            _tell_model(document, settings.model_name)
            _tell_headers(document)
            tell_events(document)
            if needs_keys:
                _tell_keys(document)
            for name in _DOCUMENTED_ELSEWHERE:
                document["components"]["schemas"].pop(name, None)
        assert app.openapi_schema is not None  # noqa: S101 - `plain` has set it
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_problems(document: dict[str, Any]) -> None:
    """FastAPI puts a model under the route's media type; problems have one of their own."""
    for item in document["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400:
                    for other in [name for name in content if name != PROBLEM_TYPE]:
                        content[PROBLEM_TYPE] |= content.pop(other)


def _tell_limits(document: dict[str, Any], max_text_chars: int) -> None:
    schemas = document["components"]["schemas"]
    for name in ("PredictRequest", "ExplainRequest", "FeedbackRequest"):
        schemas[name]["properties"]["text"]["maxLength"] = max_text_chars
    schemas["BatchRequest"]["properties"]["texts"]["items"]["anyOf"][0]["maxLength"] = (
        max_text_chars
    )
    flat, nested = schemas["RequestInput"]["properties"]["data"]["anyOf"]
    flat["items"]["maxLength"] = nested["items"]["items"]["maxLength"] = max_text_chars


def _tell_model(document: dict[str, Any], name: str) -> None:
    """A service has one model."""
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "model_name":
                    parameter["schema"] |= {"enum": [name]}


def _tell_headers(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            _add_headers(operation, _RETRY_AFTER, lambda status: status in (429, 503))
            if "304" in operation["responses"]:
                _add_headers(operation, _ETAG, lambda status: status in (200, 304))


def _add_headers(
    operation: dict[str, Any], headers: dict[str, Any], to: Callable[[int], bool]
) -> None:
    for status, response in operation["responses"].items():
        if to(int(status)):
            response["headers"] = response.get("headers", {}) | headers


def _tell_keys(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = _SCHEMES
    for path, item in document["paths"].items():
        if path not in OPEN:
            for operation in item.values():
                _add_headers(operation, _RATE_LIMIT, lambda status: status not in (401, 413, 415))
                operation["security"] = [{name: []} for name in _SCHEMES]
