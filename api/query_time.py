"""Times in queries."""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator


def _no_number(value: object) -> object:
    """Numbers are refused: one caller's seconds are another one's milliseconds."""
    try:
        float(str(value))
    except ValueError:
        return value
    raise ValueError("expected a time of ISO 8601 with its zone, got a number")


QueryTime = Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""A time of ISO 8601 with its zone, such as `2026-01-31T08:00:00Z`."""
