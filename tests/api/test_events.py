"""`/events` keeps to what the contract says of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jsonschema_rs
import orjson
import pytest

from api import contract
from sentiment.topics import ALERTS, SCORED
from tests.api.api_process import ApiProcess, Installation
from tests.api.records import alert, scored

pytestmark = pytest.mark.live

DOCUMENT = json.loads(Path(contract.__file__).with_name("openapi.json").read_text("utf-8"))
STREAM = DOCUMENT["paths"]["/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Name and content of each event, as it comes."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, orjson.loads(value)


def fits(name: str, content: Any) -> None:
    """Check an event; a field that the contract does not name is a fault, too."""
    (schema,) = [STREAM["x-events"][name]]
    components = {"schemas": DOCUMENT["components"]["schemas"]}
    jsonschema_rs.validate({**schema, "components": components}, content)
    known = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert content.keys() <= known.keys()


def test_events_are_those_of_the_contract(api: ApiProcess, installation: Installation) -> None:
    with httpx.stream("GET", f"{api.url}/events", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        coming = events(answer)
        name, snapshot = next(coming)
        assert name == "snapshot"
        fits(name, snapshot)
        installation.publish(SCORED, scored("late", "negative", 0.9))
        installation.publish(ALERTS, alert("closed", id=uuid4().hex))
        wanted = {"tweets", "series", "alerts"}
        for name, content in coming:
            if name == "pulse":
                assert content == {}
                continue
            fits(name, content)
            wanted -= content.keys()
            if not wanted:
                break
