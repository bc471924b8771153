"""What no record on a topic may hold, whoever wrote it."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sentiment.alerts import BuzzAlert
from sentiment.messages import Feedback, Mention, ScoredTweet

NOW = "2026-01-31T08:00:00Z"
SOURCE = {"source_partition": 0, "source_offset": 7}
RECORDS: dict[type[BaseModel], dict[str, Any]] = {
    ScoredTweet: {
        "id": "1", "text": "late", "label": "negative", "p_negative": 0.9, "model_name": "m",
        "model_version": "1", "model_digest": "d", "scored_at": NOW, "source_topic": "tweets",
        **SOURCE,
    },
    Mention: {
        "brand": "b", "id": "1", "text": "late", "event_time": NOW, "label": "negative",
        "p_negative": 0.9, "model_version": "1", **SOURCE,
    },
    Feedback: {
        "key": "k", "text": "late", "predicted": "negative", "right": "positive",
        "model_version": "1", "received_at": NOW,
    },
    BuzzAlert: {
        "id": "a" * 32, "brand": "b", "kind": "negative", "state": "open", "opened_at": NOW,
        "at": NOW, "window_start": NOW, "window_end": NOW, "volume": {"now": 1, "expected": 1},
        "odds": 2.0, "strength": 1.5, "words": [{"word": "late", "z": 3.0}],
        "samples": [{"id": "1", "text": "late", "p_negative": 0.9}],
    },
}  # fmt: skip
TIMES = ("scored_at", "event_time", "received_at", "opened_at", "at", "window_start", "window_end")


def read(model: type[BaseModel], **changes: object) -> BaseModel:
    return model.model_validate_json(json.dumps(RECORDS[model] | changes))


@pytest.mark.parametrize("model", RECORDS)
@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**70, 10**400])
def test_whole_numbers_have_64_bits(model: type[BaseModel], value: int) -> None:
    read(model, schema_version=2**63 - 1)
    for name in ("source_partition", "source_offset", "schema_version", "copies"):
        if name in model.model_fields:
            with pytest.raises(ValidationError, match=name):
                read(model, **{name: value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_are_finite(value: float) -> None:
    for model in (ScoredTweet, Mention):
        for name in ("p_negative", "p_neutral", "p_positive"):
            with pytest.raises(ValidationError, match=name):
                read(model, **{name: value})
    for changes in (
        {"strength": value},
        {"odds": value},
        {"volume": {"now": value, "expected": 1}},
        {"share": {"now": 1, "expected": value}},
        {"words": [{"word": "late", "z": value}]},
        {"samples": [{"id": "1", "text": "late", "p_negative": value}]},
    ):
        with pytest.raises(ValidationError):
            read(BuzzAlert, **changes)


@pytest.mark.parametrize("model", RECORDS)
def test_times_have_a_zone_and_a_year_to_reckon_with(model: type[BaseModel]) -> None:
    for name in {*TIMES, "created_at"} & set(model.model_fields):
        moment = getattr(read(model, **{name: "2026-01-31T08:00:00"}), name)
        assert moment.isoformat() == "2026-01-31T08:00:00+00:00"
        for value in ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
            with pytest.raises(ValidationError, match=name):
                read(model, **{name: value})


@pytest.mark.parametrize("value", ["", "a\nb", "a b", "a\r", "\x1b[2J", "\u202ea", "a" * 257])
def test_the_id_of_an_alert_goes_into_a_header_as_it_is(value: str) -> None:
    with pytest.raises(ValidationError, match="id"):
        read(BuzzAlert, id=value)
