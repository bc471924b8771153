"""What `badbuzz brands` says of a brand that does not fit, or is not there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentiment.brands.record import Brand
from sentiment.errors import BrandError
from stream.commands.brands import _brand, _shared, _unknown
from stream.settings import StreamSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AIR = Brand(name="Air Paradis", names=["air paradis"], added_at=NOW)
KNOWN = {AIR.key: AIR}


def test_a_brand_that_is_not_there_is_told_apart_from_one_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "brands.json"
    path.write_text('{"United": {"names": ["united"]}}')
    settings = StreamSettings(brands_file=path)
    assert _unknown("air paradise", KNOWN, settings).endswith("did you mean 'air paradis'?")
    assert _unknown("zeta", KNOWN, settings).endswith("see `badbuzz brands list`.")
    assert _unknown("UNITED", KNOWN, settings).endswith(f"is a brand of {path}: remove it there.")


@pytest.mark.parametrize(
    ("name", "handles", "expected"),
    [
        ("!!", [], "name: got '!!'"),
        ("Air", ["@"], "handles: got '@'"),
        ("x" * 300, [], "more than 100 characters; add one"),
    ],
)
def test_what_does_not_fit_is_named(name: str, handles: list[str], expected: str) -> None:
    with pytest.raises(BrandError, match=expected):
        _brand(name, handles, [], {}, StreamSettings())


def test_one_brand_too_many_is_refused_and_a_change_is_not() -> None:
    settings = StreamSettings(brands_most=1)
    assert _brand("AIR PARADIS", ["@air"], [], KNOWN, settings).name == "Air Paradis"
    with pytest.raises(BrandError, match="at most 1 brands"):
        _brand("Bus", [], [], KNOWN, settings)


def test_a_brand_without_names_is_looked_for_by_its_own() -> None:
    assert _brand("Bus", [], [], {}, StreamSettings()).names == ["Bus"]
    assert _brand("Bus", ["@bus"], [], {}, StreamSettings()).names == []


def test_another_brand_of_the_same_name_is_told() -> None:
    other = Brand(name="Paradis", names=["Air Paradis"], added_at=NOW)
    assert _shared(other, KNOWN.values()) == ["Air Paradis"]
    assert _shared(AIR, KNOWN.values()) == []
