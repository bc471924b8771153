"""The record on `brands`: what is a brand, and which spellings are the same one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from sentiment.brands.record import MAX_PHRASE_CHARS, MAX_PHRASES, Brand, brand_key, read_brand

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def brand(**fields: Any) -> Brand:
    return Brand.model_validate({"name": "Air Paradis", "added_at": NOW, **fields})


@pytest.mark.parametrize(
    "spelling", ["air paradis", "AIR  PARADIS ", "Áir Párādis", "Air\u200b Paradis"]
)
def test_spellings_of_a_name_are_one_brand(spelling: str) -> None:
    assert brand_key(spelling) == brand_key("Air Paradis") == brand(name=spelling).key


def test_a_name_is_kept_as_it_is_written_in_its_normal_form() -> None:
    assert brand(name="  Hôtel   Mirabeau ").name == "Hôtel Mirabeau"


@pytest.mark.parametrize("name", ["", "  ", "@", "!?", "\u200b", "x" * 257, "﷽" * 256])
def test_what_holds_no_letter_or_is_too_long_is_no_name(name: str) -> None:
    with pytest.raises(ValidationError):
        brand(name=name)


@pytest.mark.parametrize(
    "fields",
    [
        {"handles": ["@"]},
        {"names": [" "]},
        {"names": ["x" * (MAX_PHRASE_CHARS + 1)]},
        {"names": ["n"] * (MAX_PHRASES + 1)},
        {"added_by": "x" * 257},
    ],
)
def test_names_are_bounded_and_each_has_something_to_look_for(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        brand(**fields)


def test_a_record_is_read_under_its_own_key_alone() -> None:
    made = brand(handles=["@AirParadis"], names=["air paradis"], added_by="claire")
    value = made.model_dump_json().encode()
    assert read_brand(made.key.encode(), value) == made
    for key in (b"another", None, b"\xff"):
        with pytest.raises(ValueError, match="expected the key"):
            read_brand(key, value)


def test_a_field_of_a_later_version_is_no_fault() -> None:
    value = b'{"name": "Air", "added_at": "2026-03-01T00:00:00Z", "colour": "blue"}'
    assert read_brand(b"air", value).name == "Air"
