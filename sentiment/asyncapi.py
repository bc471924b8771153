"""The contract of the topics: an AsyncAPI 3 document, made from the pydantic models."""

import json
from importlib.metadata import version
from typing import Any

import click
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sentiment import topics
from sentiment.actions import BuzzAction
from sentiment.alerts import BuzzAlert
from sentiment.brands.record import Brand
from sentiment.hours import BrandHour
from sentiment.messages import Feedback, Mention, ScoredTweet, Tweet

_SCHEMAS = "#/components/schemas/{model}"
_ANY = "any bytes; kept on the result"
_TEXT = {"type": "string"}
DEAD_LETTER_HEADERS: dict[str, dict[str, str]] = {
    "badbuzz.reason": {**_TEXT, "description": "one word, for example `json` or `too_long`"},
    "badbuzz.detail": {**_TEXT, "description": "what was expected and what came"},
    "badbuzz.stage": {**_TEXT, "description": "`read`, `score` or `publish`"},
    "badbuzz.source.topic": {**_TEXT, "description": "where the record stands"},
    "badbuzz.source.partition": {**_TEXT, "description": "a number, as text"},
    "badbuzz.source.offset": {**_TEXT, "description": "a number, as text"},
    "badbuzz.source.timestamp": {**_TEXT, "description": "milliseconds since 1970, as text"},
    "badbuzz.failed_at": {**_TEXT, "description": "milliseconds since 1970, as text"},
    "badbuzz.history": {
        **_TEXT,
        "description": "JSON: when, by whom and after which failure the record was sent again",
    },
    "badbuzz.size": {**_TEXT, "description": "bytes of a value that is too large to be kept"},
    "badbuzz.sha256": {**_TEXT, "description": "of a value of which only the beginning is kept"},
}


class _Channel(BaseModel):
    """The document's description of a topic."""

    topic: str
    title: str
    key: str
    message: str
    model: type[BaseModel] | None = None
    receives: bool = False


_CHANNELS = (
    _Channel(
        topic=topics.TWEETS,
        title="Tweets to score",
        key=_ANY,
        message="tweet",
        model=Tweet,
        receives=True,
    ),
    _Channel(
        topic=topics.SCORED,
        title="Every tweet with its score, once, in the input's partition",
        key="the input's key",
        message="scoredTweet",
        model=ScoredTweet,
    ),
    _Channel(
        topic=topics.DEAD_LETTERS,
        title="What could not be read, as it came",
        key="the input's key",
        message="deadLetter",
    ),
    _Channel(
        topic=topics.MENTIONS,
        title="One record for each tweet and brand in it; skip those with the header badbuzz.kind",
        key="the brand",
        message="mention",
        model=Mention,
    ),
    _Channel(
        topic=topics.ALERTS,
        title="Alerts as they open, worsen and close",
        key="the brand",
        message="buzzAlert",
        model=BuzzAlert,
    ),
    _Channel(
        topic=topics.HOURS,
        title="Each hour of a brand once it is over, and what was expected in it",
        key="the brand",
        message="brandHour",
        model=BrandHour,
    ),
    _Channel(
        topic=topics.ACTIONS,
        title="What people did about alerts: acknowledged, noted, muted",
        key="the brand",
        message="buzzAction",
        model=BuzzAction,
    ),
    _Channel(
        topic=topics.FEEDBACK,
        title="People's verdicts; readers count each key once",
        key="the idempotency key",
        message="feedback",
        model=Feedback,
    ),
    _Channel(
        topic=topics.BRANDS,
        title="Brands that people added; the last record of a key counts, a tombstone removes it",
        key="the brand's name in lower case, without accents",
        message="brand",
        model=Brand,
        receives=True,
    ),
)


def document() -> dict[str, Any]:
    """The document, as JSON-able data. Topics stand without the prefix of an installation;
    those that only badbuzz itself reads and writes are left out."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:badbuzz:topics",
        "info": {
            "title": "badbuzz topics",
            "version": version("badbuzz"),
            "description": (
                "Values are JSON in UTF-8. Fields are only ever added, and optional: ignore those "
                "that you do not know. Results are written in transactions: read with "
                "`isolation.level=read_committed`. Brands are keys by Kafka's murmur2 partitioner; "
                "librdkafka needs `partitioner=murmur2_random` to agree."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka"}},
        "channels": {_name(one.topic): _channel(one) for one in _CHANNELS},
        "operations": {_operation_name(one): _operation(one) for one in _CHANNELS},
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


@click.command("asyncapi")
def command() -> None:
    """Print the AsyncAPI document of the topics."""
    click.echo(text())


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=1, ensure_ascii=False)


def _channel(channel: _Channel) -> dict[str, Any]:
    return {
        "address": channel.topic,
        "title": channel.title,
        "messages": {channel.message: {"$ref": f"#/components/messages/{channel.message}"}},
        "bindings": {"kafka": {"topic": channel.topic, "bindingVersion": "0.5.0"}},
    }


def _operation(channel: _Channel) -> dict[str, Any]:
    reference = f"#/channels/{_name(channel.topic)}"
    return {
        "action": "receive" if channel.receives else "send",
        "channel": {"$ref": reference},
        "messages": [{"$ref": f"{reference}/messages/{channel.message}"}],
    }


def _messages() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for channel in _CHANNELS:
        made[channel.message] = {
            "name": channel.message,
            "title": channel.title,
            "contentType": "application/json" if channel.model else "application/octet-stream",
            "payload": _payload(channel.model),
            "bindings": {
                "kafka": {
                    "key": {"type": "string", "description": channel.key},
                    "bindingVersion": "0.5.0",
                }
            },
        }
    headers = {"type": "object", "properties": DEAD_LETTER_HEADERS}
    made["deadLetter"]["headers"] = headers
    return made


def _payload(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"type": "string", "description": "the original bytes"}
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _schemas() -> dict[str, Any]:
    models = [(one.model, "validation") for one in _CHANNELS if one.model]
    _, found = models_json_schema(models, ref_template=_SCHEMAS)  # type: ignore[arg-type]
    return dict(found["$defs"])


def _name(topic: str) -> str:
    first, *rest = topic.split(".")
    return first + "".join(part.capitalize() for part in rest)


def _operation_name(channel: _Channel) -> str:
    name = _name(channel.topic)
    return ("read" if channel.receives else "write") + name[0].upper() + name[1:]
