"""The contract of the API, and the command that prints it."""

import json
from importlib.metadata import version
from secrets import token_urlsafe
from typing import Any

import click
from fastapi import FastAPI
from pydantic import SecretStr

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
_OPEN = ("/health", "/ready")
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "an API key"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same"},
}
_DOCUMENTED_ELSEWHERE = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI, settings: ApiSettings, needs_keys: bool) -> None:
    """Let `/openapi.json` tell the limits and the keys of this very service."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _tell_problems(document)
            _tell_limits(document, settings.max_text_chars)
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
    schemas["BatchRequest"]["properties"]["texts"]["items"]["maxLength"] = max_text_chars


def _tell_keys(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = _SCHEMES
    for path, item in document["paths"].items():
        if path not in _OPEN:
            for operation in item.values():
                operation["security"] = [{name: []} for name in _SCHEMES]


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(text())


def text() -> str:
    """The document as it is committed: of a service with keys and with default limits."""
    from api.app import create_app  # noqa: PLC0415 - it imports this module

    keys = SecretStr(f"reader:read:{token_urlsafe()}")
    document = create_app(ApiSettings.model_construct(api_keys=keys)).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False)
