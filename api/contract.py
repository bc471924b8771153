"""The command `badbuzz openapi`: the API's contract as a document."""

import json
from secrets import token_urlsafe

import click
from pydantic import SecretStr

from api.app import create_app
from api.settings import ApiSettings


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(text())


def text() -> str:
    """The document as it is committed: of a service with keys and with default limits."""
    keys = SecretStr(f"reader:read:{token_urlsafe()}")
    document = create_app(ApiSettings.model_construct(api_keys=keys)).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False)
