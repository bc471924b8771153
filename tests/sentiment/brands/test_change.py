"""What is written when people add a brand."""

import pytest

from sentiment.brands.change import brand_to_add
from sentiment.errors import BrandError


def test_a_brand_is_looked_for_by_its_own_name_where_nothing_else_is_given() -> None:
    assert brand_to_add("Air Paradis", [], [], None, {}, 10).names == ["Air Paradis"]


def test_a_name_too_long_to_be_looked_for_needs_a_handle_or_a_name() -> None:
    with pytest.raises(BrandError, match="more than 100 characters"):
        brand_to_add("x" * 200, [], [], None, {}, 10)
    assert brand_to_add("x" * 200, ["@x"], [], None, {}, 10).names == []
