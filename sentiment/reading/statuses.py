"""Tweets in the shapes of Twitter's own APIs: v1.1 statuses, v2 objects and their envelope."""

import re
from collections.abc import Mapping
from typing import Any

from sentiment.errors import BadMessageError

Fields = Mapping[str, Any]

_STATUS_MARKS = ("full_text", "extended_tweet", "id_str", "retweeted_status", "timestamp_ms")
_REPOST = re.compile(r"RT @\w{1,30}: ")


def as_tweet(record: Fields) -> dict[str, Any]:
    """The fields of a tweet in badbuzz' own names, and those of other names as they are.

    A text that was cut off is completed: from `extended_tweet`, `note_tweet`, or the tweet that a
    repost repeats.

    Raises:
        BadMessageError: the envelope holds no tweet, or several.
    """
    record = _unwrapped(record)
    if isinstance(record.get("tweet"), dict) and "text" not in record:  # Twitter's archives
        record = record["tweet"]
    data = record.get("data")
    if isinstance(data, dict | list) and "text" not in record and "specversion" not in record:
        includes = record.get("includes")
        return _of_v2(_only(data), includes if isinstance(includes, dict) else {})
    if any(mark in record for mark in _STATUS_MARKS) or isinstance(record.get("user"), dict):
        return _of_v1(record)
    if "author_id" in record or "note_tweet" in record:
        return _of_v2(record, {})
    return dict(record)


def _unwrapped(record: Fields) -> Fields:
    """The record without the types that MongoDB's extended JSON writes around values."""
    return {name: _plain(value) for name, value in record.items()}


def _plain(value: Any) -> Any:
    while isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if name not in ("$date", "$numberLong", "$numberInt", "$numberDouble", "$oid"):
            break
        value = value[name]
    return value


def _only(data: Fields | list[Any]) -> Fields:
    tweets = data if isinstance(data, list) else [data]
    if len(tweets) == 1 and isinstance(tweets[0], dict):
        return tweets[0]
    raise BadMessageError(
        "format",
        f"expected one tweet in the `data` of Twitter's v2 envelope, got {len(tweets)}; send each "
        "element of `data` as a record of its own",
    )


def _of_v1(status: Fields) -> dict[str, Any]:
    tweet = dict(status)
    tweet["id"] = status.get("id_str") or status.get("id")
    tweet["text"] = _full_text(status)
    reposted = status.get("retweeted_status")
    if isinstance(reposted, dict) and isinstance(whole := _full_text(reposted), str):
        tweet["text"] = f"RT @{_handle(reposted) or 'user'}: {whole}"
    tweet["created_at"] = status.get("created_at") or status.get("timestamp_ms")
    tweet["author"] = status.get("author") or _handle(status)
    return tweet


def _full_text(status: Fields) -> Any:
    extended = status.get("extended_tweet")
    if isinstance(extended, dict) and extended.get("full_text"):
        return extended["full_text"]
    return status.get("full_text") or status.get("text")


def _handle(status: Fields) -> Any:
    user = status.get("user")
    if not isinstance(user, dict):
        return None
    return user.get("screen_name") or user.get("username") or user.get("id_str") or user.get("id")


def _of_v2(data: Fields, includes: Fields) -> dict[str, Any]:
    tweet = dict(data)
    tweet["text"] = _whole_text(data)
    reposted = _reposted(data, includes)
    if reposted is not None and isinstance(tweet["text"], str):
        mark = _REPOST.match(tweet["text"])
        whole = _whole_text(reposted)
        tweet["text"] = f"{mark[0]}{whole}" if mark and isinstance(whole, str) else tweet["text"]
    author = data.get("author_id")
    users = _dicts(includes.get("users"))
    name = next((user.get("username") for user in users if user.get("id") == author), None)
    tweet["author"] = data.get("author") or name or author
    return tweet


def _whole_text(tweet: Fields) -> Any:
    note = tweet.get("note_tweet")
    return (note.get("text") if isinstance(note, dict) else None) or tweet.get("text")


def _reposted(data: Fields, includes: Fields) -> Fields | None:
    references = _dicts(data.get("referenced_tweets"))
    wanted = [one.get("id") for one in references if one.get("type") == "retweeted"]
    return next((one for one in _dicts(includes.get("tweets")) if one.get("id") in wanted), None)


def _dicts(value: Any) -> list[Fields]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
