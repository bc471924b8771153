"""JSON as programs write it: with a byte order mark, NaN, or halves of characters."""

import json
import math
from typing import Any

from sentiment.errors import BadMessageError
from sentiment.normal_form import without_surrogates


def decode_text(value: bytes) -> str:
    """UTF-8 as text. Halves of characters that stand in it alone become U+FFFD.

    Raises:
        BadMessageError: of the reason `encoding`.
    """
    try:
        return value.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        first = fault
    try:
        return without_surrogates(value.decode("utf-8-sig", "surrogatepass"))
    except UnicodeDecodeError:
        raise BadMessageError(
            "encoding", f"expected UTF-8, got byte 0x{value[first.start]:02x} at {first.start}"
        ) from None


def decode_json(value: bytes | str) -> Any:
    """What a JSON text says. NaN and Infinity, which JSON has not, are null.

    Strings may hold halves of characters: `without_surrogates` mends those that are kept.

    Raises:
        BadMessageError: of the reason `encoding` or `json`; its detail does not repeat the text.
    """
    text = value if isinstance(value, str) else decode_text(value)
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise BadMessageError("json", f"value: Invalid JSON: {error.msg} at {where}") from None
    except (ValueError, RecursionError):
        raise BadMessageError(
            "json", "value: Invalid JSON: a number is too long, or it is nested too deeply"
        ) from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
