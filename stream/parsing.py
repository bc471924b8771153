"""From a record's bytes to a Tweet, or to an error that says why not."""

from pydantic import ValidationError

from sentiment.errors import BadMessageError
from sentiment.messages import Tweet

_REASONS = {
    "json_invalid": "json",
    "missing": "missing",
    "string_pattern_mismatch": "empty",
    "string_too_short": "empty",
    "string_too_long": "too_long",
}

_validate = Tweet.__pydantic_validator__.validate_json


def parse_tweet(value: bytes | None, max_text_chars: int) -> Tweet:
    """Read a tweet.

    Raises:
        BadMessageError: its reason is one of `null`, `encoding`, `json`, `type`, `missing`,
            `empty` and `too_long`; its detail does not repeat the text.
    """
    if value is None:
        raise BadMessageError("null", "expected a tweet as JSON, got a null value")
    try:
        tweet: Tweet = _validate(value)
    except ValidationError as error:
        raise _bad_message(error, value) from None
    if len(tweet.text) > max_text_chars:
        raise BadMessageError(
            "too_long",
            f"expected a text of at most {max_text_chars} characters, got {len(tweet.text)}; "
            "shorten it, or raise BADBUZZ_MAX_TEXT_CHARS",
        )
    return tweet


def _bad_message(error: ValidationError, value: bytes) -> BadMessageError:
    try:
        value.decode()
    except UnicodeDecodeError as fault:
        return BadMessageError(
            "encoding", f"expected UTF-8, got byte 0x{value[fault.start]:02x} at {fault.start}"
        )
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "value"
    return BadMessageError(_REASONS.get(first["type"], "type"), f"{place}: {first['msg']}")
