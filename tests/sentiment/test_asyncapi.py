"""The committed contract of the topics is made from the models, and stays compatible."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sentiment import asyncapi, topics
from stream.dlq import dead_letter
from tests.breaking import breaking_changes

COMMITTED = Path(asyncapi.__file__).with_name("asyncapi.json")


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    return json.loads(COMMITTED.read_text("utf-8"))


def test_the_committed_document_is_made_from_the_models(committed: dict[str, Any]) -> None:
    made = json.loads(asyncapi.text())
    broken = breaking_changes(committed, made)
    assert not broken, f"this breaks readers or producers of a topic: {broken}"
    assert made == committed, "run: badbuzz asyncapi > sentiment/asyncapi.json"


def test_a_removed_field_is_found(committed: dict[str, Any]) -> None:
    changed = deepcopy(committed)
    del changed["components"]["schemas"]["ScoredTweet"]["properties"]["model_digest"]
    assert breaking_changes(committed, changed)


def test_every_topic_that_others_use_has_a_channel(committed: dict[str, Any]) -> None:
    told = {channel["address"] for channel in committed["channels"].values()}
    assert told == set(topics.ALL) - {topics.DEAD_LETTER_MARKS, topics.MINUTES}


def test_every_reference_points_at_something(committed: dict[str, Any]) -> None:
    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for value in part.values() for one in references(value)]
        if isinstance(part, list):
            return [one for value in part for one in references(value)]
        return []

    found = references(committed)
    assert found
    for reference in found:
        place: Any = committed
        for name in reference.removeprefix("#/").split("/"):
            assert name in place, reference
            place = place[name]


def test_the_headers_of_dead_letters_are_those_that_the_stream_writes() -> None:
    written = {
        value
        for name, value in vars(dead_letter).items()
        if name.isupper() and isinstance(value, str) and value.startswith("badbuzz.")
    }
    assert set(asyncapi.DEAD_LETTER_HEADERS) == written - {dead_letter.PREFIX}
