"""What complaints are about: from the model that ships, and what it refuses to guess."""

import json

import pytest

from sentiment.errors import DataError
from sentiment.reasons import REASONS, UNKNOWN, ReasonModel, load_reasons


@pytest.fixture(scope="module")
def model() -> ReasonModel:
    return load_reasons()


@pytest.mark.parametrize(
    ("reason", "texts"),
    [
        (
            "late",
            ["my flight is delayed again, three hours at the gate", "late again! delayed"],
        ),
        ("cancelled", ["you cancelled my flight with no notice", "flight cancelled again tonight"]),
        ("lost_luggage", ["you lost my bag and nobody knows where my luggage is"]),
        ("service", ["on hold for two hours, nobody answers the phone"]),
        ("staff", ["the rude flight attendant yelled at us"]),
    ],
)
def test_clear_complaints_are_named(model, reason, texts):
    assert [model.reason(text) for text in texts] == [reason] * len(texts)


@pytest.mark.parametrize(
    "text",
    ["", "@united", "thank you for the great flight!", "mon vol est encore en retard, merci bien",
     "der Flug war schon wieder zu spät", "飛行機が遅れています", "!!!", "what a day"],
)  # fmt: skip
def test_praise_other_languages_and_nothing_are_unknown(model, text):
    assert model.reason(text) == UNKNOWN


def test_an_alert_has_a_reason_if_three_texts_and_most_of_those_that_name_one_agree(model):
    late, lost = "my flight is delayed again, three hours", "you lost my luggage and my bag"
    assert model.common([]) is None
    assert model.common([late] * 2) is None
    assert model.common([late] * 3) == "late"
    assert model.common([late] * 3 + [lost] * 2) == "late"
    assert model.common([late] * 3 + [lost] * 2 + ["you cancelled my flight"] * 3) is None
    assert model.common([late] * 3 + ["what a day"] * 20) is None


def test_the_file_that_ships_is_small_and_knows_all_reasons(model):
    assert set(model.classes) == {*REASONS, UNKNOWN}
    assert 1_000 < len(model.places) <= 3_000


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"classes": ["late"], "intercepts": [0, 1], "words": {}}',
     json.dumps({"classes": ["late", "x"], "intercepts": [0, 0], "words": {}}),
     json.dumps({"classes": ["late"], "intercepts": [0], "words": {"a": [1, 2]}})],
)  # fmt: skip
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "reasons.json"
    path.write_text(content)
    with pytest.raises(DataError, match=r"reasons\.json"):
        load_reasons(path)
