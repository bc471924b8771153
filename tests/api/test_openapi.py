"""The committed contract of the API is the one that is served, and stays compatible."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from api import contract
from api.openapi import OPEN
from tests.breaking import breaking_changes

COMMITTED = Path(contract.__file__).with_name("openapi.json")

Document = dict[str, Any]


@pytest.fixture(scope="module")
def committed() -> Document:
    return json.loads(COMMITTED.read_text("utf-8"))


def test_the_committed_document_is_the_one_that_is_served(committed: Document) -> None:
    made = json.loads(contract.text())
    broken = breaking_changes(committed, made)
    assert not broken, f"this breaks the API's users: {broken}"
    assert made == committed, "run: badbuzz openapi > api/openapi.json"


def test_every_operation_tells_its_problems_and_its_keys(committed: Document) -> None:
    for path, item in committed["paths"].items():
        for operation in item.values():
            assert ("security" in operation) == (path not in OPEN)
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_field_of_a_request_but_limits_has_an_example(committed: Document) -> None:
    schemas = committed["components"]["schemas"]
    for name in ("PredictRequest", "BatchRequest", "ExplainRequest", "FeedbackRequest"):
        for field in schemas[name]["required"]:
            assert "examples" in schemas[name]["properties"][field], (name, field)


def _allow_another_form(document: Document) -> None:
    fields = document["components"]["schemas"]["PredictRequest"]["properties"]
    fields["text"] = {"anyOf": [{"type": "integer"}, fields["text"]]}


def _answer_in_another_form(document: Document) -> None:
    fields = document["components"]["schemas"]["Prediction"]["properties"]
    fields["model_version"] = {"anyOf": [{"type": "integer"}, fields["model_version"]]}


def _drop_field(document: Document) -> None:
    del document["components"]["schemas"]["Prediction"]["properties"]["label"]


def _need_field(document: Document) -> None:
    document["components"]["schemas"]["PredictRequest"]["required"].append("lang")


def _drop_path(document: Document) -> None:
    del document["paths"]["/explain"]


def _change_type(document: Document) -> None:
    document["components"]["schemas"]["ModelInfo"]["properties"]["version"]["type"] = "integer"


def _lower_limit(document: Document) -> None:
    document["components"]["schemas"]["BatchRequest"]["properties"]["texts"]["maxItems"] = 10


@pytest.mark.parametrize(
    "change",
    [_drop_field, _need_field, _drop_path, _change_type, _lower_limit, _answer_in_another_form],
)
def test_a_breaking_change_is_found(
    committed: Document, change: Callable[[Document], None]
) -> None:
    changed = deepcopy(committed)
    change(changed)
    assert breaking_changes(committed, changed)


def test_an_added_optional_field_and_path_break_nothing(committed: Document) -> None:
    changed = deepcopy(committed)
    changed["components"]["schemas"]["PredictRequest"]["properties"]["new"] = {"type": "string"}
    changed["paths"]["/new"] = {"get": {"responses": {}}}
    _allow_another_form(changed)
    assert breaking_changes(committed, changed) == []
