"""A tweet from a record that is not exactly as the contract says, where it can be understood."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, get_args

from pydantic import ValidationError

from sentiment.errors import BadMessageError
from sentiment.messages import MAX_NAME_CHARS, Tweet
from sentiment.normal_form import without_surrogates
from sentiment.reading.formats import name_of_bytes, name_of_record
from sentiment.reading.json_text import decode_json
from sentiment.reading.statuses import as_tweet
from sentiment.times import TimeError, read_time

OptionalField = Literal["created_at", "author", "brand", "lang"]
Fault = Literal["unreadable", "absurd", "type", "too_long"]
Nulled = Counter[tuple[str, str]]
"""How many optional fields could not be read and are null from there on, by field and fault."""

OPTIONAL_FIELDS: tuple[OptionalField, ...] = get_args(OptionalField)
FAULTS: dict[OptionalField, tuple[Fault, ...]] = {
    "created_at": ("unreadable", "absurd"),
    "author": ("type",),
    "brand": ("type", "too_long"),
    "lang": ("type",),
}
_REASONS = {
    "missing": "missing",
    "string_pattern_mismatch": "empty",
    "string_too_short": "empty",
    "string_too_long": "too_long",
}
_EXACT = 1 << 53
"""Whole numbers up to here are exact in floating point."""


def read_tweet(value: bytes, nulled: Nulled | None = None) -> Tweet:
    """The tweet of a record.

    Args:
        value: JSON of this contract, of Twitter's v1.1 or v2.
        nulled: see `Nulled`.

    Raises:
        BadMessageError: its reason is one of `format`, `encoding`, `json`, `type`, `missing`,
            `empty` and `too_long`; its detail does not repeat the text.
    """
    try:
        record = decode_json(value)
    except BadMessageError as error:
        raise name_of_bytes(value) or error from None
    return tweet_of(record, nulled)


def tweet_of(record: Any, nulled: Nulled | None = None) -> Tweet:
    """As `read_tweet`, of JSON that is decoded."""
    if not isinstance(record, dict):
        raise name_of_record(record) or BadMessageError("type", "value: Input should be an object")
    fields = as_tweet(record)
    if "text" not in fields or "id" not in fields or fields["text"] is None:
        named = name_of_record(record)
        if named is not None:
            raise named
    known = {"id": _identifier(fields.get("id")), "text": _whole(fields.get("text"))}
    try:
        return Tweet(
            **{name: value for name, value in known.items() if name in fields},
            **_optional(fields, Counter() if nulled is None else nulled),
        )
    except ValidationError as error:
        raise _bad_message(error) from None


def _optional(fields: dict[str, Any], nulled: Nulled) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in OPTIONAL_FIELDS:
        value = fields.get(name)
        if value is None or value == "":
            continue
        try:
            kept[name] = _READ[name](value)
        except TimeError as error:
            nulled[name, error.reason] += 1
        except BadMessageError as error:
            nulled[name, error.reason] += 1
    return kept


def _name(value: Any) -> str:
    """Text, or a number that stands for a name."""
    return _tag(_identifier(value))


def _brand(value: Any) -> str:
    name = _name(value)
    if len(name) > MAX_NAME_CHARS:
        raise BadMessageError("too_long", f"expected at most {MAX_NAME_CHARS} characters")
    return name


def _tag(value: Any) -> str:
    if not isinstance(value, str):
        raise BadMessageError("type", "expected text")
    return without_surrogates(value)


_READ: dict[OptionalField, Callable[[Any], Any]] = {
    "created_at": read_time,
    "author": _name,
    "brand": _brand,
    "lang": _tag,
}


def _identifier(value: Any) -> Any:
    """Numbers as text: floating point alone, which some programs have for all numbers, too."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return str(value) if type(value) is int else _whole(value)


def _whole(value: Any) -> Any:
    return without_surrogates(value) if isinstance(value, str) else value


def _bad_message(error: ValidationError) -> BadMessageError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"][0] if first["loc"] else "value"
    return BadMessageError(_REASONS.get(first["type"], "type"), f"{place}: {first['msg']}")
