import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.errors import BadMessageError
from stream.scoring.parsing import parse_tweet

SECRET = "my secret words"


def tweet(**fields: object) -> bytes:
    return json.dumps({"id": "1", "text": "hello"} | fields).encode()


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [
        (None, "null", "null value"),
        (b'{"id": "1", "text": "caf\xe9"}', "encoding", "byte 0xe9 at 24"),
        (b"", "json", "value"),
        (b"{", "json", "value"),
        (b"plain words", "json", "value"),
        (b"[1, 2]", "type", "value"),
        (b"null", "type", "value"),
        (tweet(id=None), "type", "id"),
        (tweet(id=1.5), "type", "id"),
        (tweet(id=True), "type", "id"),
        (tweet(text=7), "type", "text"),
        (tweet(text=float("nan")), "type", "text"),
        (b'[{"id": "1", "text": "a"}]', "format", "an array"),
        (b"[" * 100_000, "json", "nested too deeply"),
        (b'{"id": ' + b"9" * 5_000 + b', "text": "a"}', "json", "a number is too long"),
        (b'{"text": "hello"}', "missing", "id"),
        (b'{"id": "1"}', "missing", "text"),
        (tweet(text=""), "empty", "text"),
        (tweet(text=" \n\t\u00a0\u3000"), "empty", "text"),
        (tweet(id=""), "empty", "id"),
        (tweet(id="9" * 257), "too_long", "id"),
        (tweet(text="x" * 101), "too_long", "at most 100 characters, got 101"),
    ],
)
def test_a_record_that_is_no_tweet_has_one_reason_and_says_where(
    value: bytes | None, reason: str, says: str
) -> None:
    with pytest.raises(BadMessageError) as raised:
        parse_tweet(value, 100)
    assert raised.value.reason == reason
    assert says in raised.value.detail


@pytest.mark.parametrize(
    "value",
    [
        tweet(text=SECRET * 10),
        tweet(text=[SECRET]),
        tweet(id=[SECRET], text=SECRET),
        json.dumps({"specversion": "1.0", "type": SECRET, "source": SECRET}).encode(),
        f"{SECRET} {{".encode(),
        SECRET.encode() + b"\xff",
    ],
)
def test_the_detail_does_not_repeat_the_text(value: bytes) -> None:
    with pytest.raises(BadMessageError) as raised:
        parse_tweet(value, 100)
    assert SECRET not in str(raised.value)


def test_the_longest_text_is_counted_in_characters() -> None:
    assert parse_tweet(tweet(text="\U0001f60d" * 100), 100).text == "\U0001f60d" * 100


def test_the_longest_brand_is_counted_in_characters() -> None:
    assert parse_tweet(tweet(brand="\U0001f60d" * 256), 100).brand == "\U0001f60d" * 256


def test_a_number_is_taken_for_an_id_and_kept_exactly() -> None:
    assert parse_tweet(tweet(id=570306133677760513), 100).id == "570306133677760513"


def test_fields_that_are_not_ours_are_no_fault() -> None:
    assert parse_tweet(tweet(retweets=3, user={"a": 1}), 100).text == "hello"


def test_a_time_keeps_its_zone() -> None:
    moment = parse_tweet(tweet(created_at="2026-01-31T08:00:00+02:00"), 100).created_at
    assert moment is not None
    assert moment.isoformat() == "2026-01-31T08:00:00+02:00"


@given(st.binary(max_size=60))
def test_bytes_at_random_are_a_bad_message_and_no_other_error(value: bytes) -> None:
    with pytest.raises(BadMessageError) as raised:
        parse_tweet(value, 100)
    assert raised.value.reason in {"format", "encoding", "json", "type", "missing"}


@given(st.text(min_size=1, max_size=100).filter(lambda text: text.strip() != ""))
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    assert parse_tweet(tweet(text=text), 100).text == text
