"""From a record's bytes to a Tweet, or to an error that says why not."""

from pydantic import ValidationError

from sentiment.errors import BadMessageError
from sentiment.messages import Tweet
from sentiment.reading.tweets import Nulled, read_tweet

_MARKS = (b'"user"', b'"author_id"', b'_tweet"', b'"full_text"', b'"retweeted_status"')
_UNDERSCORE = ord("_")
_validate = Tweet.__pydantic_validator__.validate_json


def parse_tweet(value: bytes | None, max_text_chars: int, nulled: Nulled | None = None) -> Tweet:
    """Read a tweet. One that is as the contract says takes the fast way.

    Args:
        value: of the record.
        max_text_chars: a longer text is an error.
        nulled: counts optional fields that cannot be read, by field and reason.

    Raises:
        BadMessageError: its reason is one of `null`, `format`, `encoding`, `json`, `type`,
            `missing`, `empty` and `too_long`; its detail does not repeat the text.
    """
    if value is None:
        raise BadMessageError("null", "expected a tweet as JSON, got a null value")
    try:
        tweet: Tweet = _validate(value)
    except ValidationError:
        tweet = read_tweet(value, nulled)
    else:
        # Twitter's field names have underscores, ours only one: this cheap check comes first.
        if _UNDERSCORE in value and tweet.author is None and _is_of_twitter(tweet, value):
            tweet = read_tweet(value, nulled)
    if len(tweet.text) > max_text_chars:
        raise BadMessageError(
            "too_long",
            f"expected a text of at most {max_text_chars} characters, got {len(tweet.text)}; "
            "shorten it, or raise BADBUZZ_MAX_TEXT_CHARS",
        )
    return tweet


def _is_of_twitter(tweet: Tweet, value: bytes) -> bool:
    """Whether a tweet has fields of Twitter's APIs, which may hold its author or its whole text."""
    own = 0 if tweet.created_at is None else 1
    return value.count(_UNDERSCORE) > own and any(mark in value for mark in _MARKS)
