"""Tweets in other shapes than the contract's, and what becomes of fields that cannot be read."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.errors import BadMessageError
from sentiment.messages import Tweet
from sentiment.reading.tweets import FAULTS, OPTIONAL_FIELDS
from stream.scoring.parsing import parse_tweet

FULL = "a tweet that is so long that it was cut off, and goes on"


def parse(value: object) -> Tweet:
    return parse_tweet(value if isinstance(value, bytes) else json.dumps(value).encode(), 10_000)


def tweet(**fields: object) -> Tweet:
    return parse({"id": "1", "text": "hello"} | fields)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("created_at", "yesterday", "unreadable"),
        ("created_at", {"seconds": 5}, "unreadable"),
        ("created_at", True, "unreadable"),
        ("created_at", "0001-01-01T00:00:00", "absurd"),
        ("created_at", "0001-01-01T00:00:00Z", "absurd"),
        ("created_at", "1970-01-01T00:00:00Z", "absurd"),
        ("created_at", 0, "absurd"),
        ("created_at", 2**70, "absurd"),
        ("author", ["someone"], "type"),
        ("author", True, "type"),
        ("author", 1.5, "type"),
        ("brand", {"name": "x"}, "type"),
        ("brand", "x" * 257, "too_long"),
        ("lang", 7, "type"),
        ("lang", ["en"], "type"),
    ],
)
def test_an_optional_field_that_cannot_be_read_is_null_and_counted(
    field: str, value: object, fault: str
) -> None:
    nulled: Counter[tuple[str, str]] = Counter()
    got = parse_tweet(json.dumps({"id": "1", "text": "hello", field: value}).encode(), 100, nulled)
    assert got == Tweet(id="1", text="hello")
    assert nulled == {(field, fault): 1}
    assert fault in FAULTS[field]  # type: ignore[index]


@pytest.mark.parametrize("field", OPTIONAL_FIELDS)
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "null", "1e999"])
def test_a_number_that_is_none_is_null(field: str, value: str) -> None:
    raw = f'{{"id": "1", "text": "hello", "{field}": {value}}}'
    assert parse(raw.encode()) == Tweet(id="1", text="hello")


@pytest.mark.parametrize("field", OPTIONAL_FIELDS)
def test_an_empty_field_is_no_reason_to_lose_the_tweet(field: str) -> None:
    assert not getattr(tweet(**{field: ""}), field)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(5, "5"), (-5, "-5"), (2**70, str(2**70)), (570306133677760513, "570306133677760513"),
     (5.0, "5"), ("0005", "0005"), ({"$numberLong": "570306133677760513"}, "570306133677760513")],
)  # fmt: skip
def test_ids_and_names_may_be_numbers(given: object, kept: str) -> None:
    assert tweet(id=given).id == kept
    assert tweet(author=given).author == kept
    assert tweet(brand=given).brand == kept


@pytest.mark.parametrize("given", [1.5, 1e300, True, None, [], {"a": 1}])
def test_an_id_that_is_no_name_is_a_bad_message(given: object) -> None:
    with pytest.raises(BadMessageError, match="type: id:"):
        tweet(id=given)


@pytest.mark.parametrize("half", [r"\ud83d", r"\ude21", r"\udc80"])
def test_half_a_character_becomes_a_mark_wherever_it_stands(half: str) -> None:
    fields = dict.fromkeys(("id", "text", "author", "brand", "lang"), f"x{half}")
    raw = json.dumps(fields).replace("\\\\", "\\")
    got = parse(raw.encode())
    assert (got.id, got.text, got.author, got.brand, got.lang) == ("x\ufffd",) * 5
    got.model_dump_json()


def test_halves_in_the_bytes_themselves_become_marks_and_two_of_one_character_become_it() -> None:
    assert parse(b'{"id": "1", "text": "late \xed\xa0\xbd"}').text == "late \ufffd"
    assert parse(b'{"id": "1", "text": "late \xed\xa0\xbd\xed\xb8\xa1"}').text == "late \U0001f621"


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse(b'\xef\xbb\xbf{"id": "1", "text": "hello"}').text == "hello"


V1 = {
    "created_at": "Wed Oct 10 20:19:24 +0000 2018",
    "id": 1050118621198921700,
    "id_str": "1050118621198921728",
    "text": "a tweet that is so long\u2026",
    "truncated": True,
    "user": {"id": 5, "id_str": "5", "screen_name": "someone", "name": "Some One"},
    "lang": "en",
}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, V1["text"]),
        ({"full_text": FULL, "text": None}, FULL),
        ({"extended_tweet": {"full_text": FULL}}, FULL),
        ({"created_at": "2018-10-10T20:19:24Z", "extended_tweet": {"full_text": FULL}}, FULL),
        (
            {"text": "RT @other: a tweet\u2026",
             "retweeted_status": {"text": "a tweet\u2026", "extended_tweet": {"full_text": FULL},
                                  "user": {"screen_name": "other"}}},
            f"RT @other: {FULL}",
        ),
        ({"extended_tweet": None, "retweeted_status": None, "user": None}, V1["text"]),
    ],
)  # fmt: skip
def test_a_status_of_v1_is_read_whole(changes: dict[str, Any], text: str) -> None:
    got = parse(V1 | changes)
    assert (got.id, got.text, got.lang) == ("1050118621198921728", text, "en")
    assert got.created_at is not None
    assert got.created_at.isoformat() == "2018-10-10T20:19:24+00:00"
    assert got.author == (None if "user" in changes else "someone")


def test_a_status_without_a_date_takes_its_milliseconds() -> None:
    status = {name: value for name, value in V1.items() if name != "created_at"}
    created_at = parse(status | {"timestamp_ms": "1539202764123"}).created_at
    assert created_at is not None
    assert created_at.isoformat() == "2018-10-10T20:19:24.123000+00:00"


def test_a_trimmed_status_is_read_whole() -> None:
    assert parse({"id": 1, "text": "cut\u2026", "extended_tweet": {"full_text": FULL}}).text == FULL
    assert parse({"id_str": "7", "full_text": FULL}).text == FULL
    assert parse({"id": "1", "text": "a", "user": {"screen_name": "b"}}).author == "b"


V2 = {
    "id": "1050118621198921728",
    "text": "RT @other: a tweet\u2026",
    "author_id": "5",
    "created_at": "2018-10-10T20:19:24.000Z",
    "edit_history_tweet_ids": ["1050118621198921728"],
    "referenced_tweets": [{"type": "retweeted", "id": "4"}],
}
INCLUDES = {
    "users": [{"id": "5", "username": "someone"}, {"id": "6", "username": "other"}],
    "tweets": [{"id": "4", "text": "a tweet\u2026", "note_tweet": {"text": FULL}}],
}


@pytest.mark.parametrize("data", [V2, [V2]])
def test_the_envelope_of_v2_is_read_with_what_it_includes(data: object) -> None:
    got = parse({"data": data, "includes": INCLUDES, "matching_rules": []})
    assert (got.id, got.author) == (V2["id"], "someone")
    assert got.text == f"RT @other: {FULL}"
    assert got.created_at is not None


def test_an_element_of_v2_and_an_envelope_without_includes_are_read() -> None:
    for record in (
        V2,
        {"data": V2},
        {"data": V2, "includes": None},
        {"data": V2, "includes": {"users": 1}},
    ):
        got = parse(record)
        assert (got.id, got.author, got.text) == (V2["id"], "5", V2["text"])
    note = {"id": "1", "text": "cut\u2026", "note_tweet": {"text": FULL}}
    assert parse(note).text == FULL


def test_several_tweets_in_one_record_are_told_to_be_sent_alone() -> None:
    with pytest.raises(BadMessageError, match=r"format: .*v2 envelope, got 2; send each"):
        parse({"data": [V2, V2]})


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"\x00\x00\x00\x00\x07\x02\x08hello", "Confluent.*Avro or Protobuf.*schema 7"),
        (b'\x00\x00\x00\x00\x07{"id": "1", "text": "a"}', "Confluent.*JSON Schema.*schema 7"),
        (b"Obj\x01\x04\x14avro.codec", "Avro"),
        (b"\xc3\x01" + b"\x11" * 8 + b"\x02\x08hi", "Avro"),
        (b"\x0a\x12570306133677760513\x12\x05hello", "Protobuf"),
        (b"\x08\x96\x01", "Protobuf"),
        (b"\x03\x00" + b"u" * 16 + b"\x02", "Glue"),
        (b"\x82\xa2id\xa11\xa4text\xa1a", "MessagePack"),
        (b"\xa2\x62id\x611\x64text\x61a", "CBOR"),
        (b"\x80\x04\x95\x10", "pickle"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd"),
        (b"\xac\xed\x00\x05sr", "Java"),
        (b"<?xml version='1.0'?><tweet/>", "XML"),
        (json.dumps(json.dumps({"id": "1", "text": "a"})).encode(), "JSON inside a JSON string"),
        ({"specversion": "1.0", "type": "t", "source": "/s", "id": "1",
          "data": {"id": "1", "text": "a"}}, "CloudEvent"),
        ({"schema": {"type": "struct"}, "payload": {"id": "1", "text": "a"}},
         "Kafka Connect.*schemas.enable=false"),
        ({"before": None, "after": {"id": 1, "text": "a"}, "source": {}, "op": "c"}, "Debezium"),
        ({"schema": {}, "payload": {"before": None, "after": {"id": 1}, "op": "c"}},
         "Debezium.*ExtractNewRecordState"),
        ({"id": "1", "content": "<p>late</p>", "account": {"acct": "a@b"}}, "Mastodon"),
        ({"did": "did:plc:x", "time_us": 1, "kind": "commit", "commit": {}}, "Jetstream"),
        ({"uri": "at://did:plc:x/app.bsky.feed.post/1", "record": {"text": "a"}}, "Bluesky"),
        ({"$type": "app.bsky.feed.post", "text": "a", "createdAt": "2026-01-01"}, "Bluesky"),
        ({"delete": {"status": {"id": 1}}}, "deleted status"),
    ],
)  # fmt: skip
def test_the_format_of_a_record_that_is_no_tweet_is_named(value: object, name: str) -> None:
    with pytest.raises(BadMessageError, match=f"(?s){name}") as raised:
        parse(value)
    assert raised.value.reason == "format"
    assert ";" in raised.value.detail


@pytest.mark.parametrize(
    "value", [b"plain words", b"late again, no word", b"caf\xe9 late", b"\n\nhi"]
)
def test_text_is_taken_for_no_other_format(value: bytes) -> None:
    with pytest.raises(BadMessageError) as raised:
        parse(value)
    assert raised.value.reason in ("json", "encoding")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", ["caf\u00e9", "late"])
def test_another_encoding_is_named(encoding: str, text: str) -> None:
    with pytest.raises(BadMessageError, match=r"encoding: .*UTF-16 or UTF-32; encode"):
        parse(json.dumps({"id": "1", "text": text}, ensure_ascii=False).encode(encoding))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["id", "text", "created_at", "author", "brand", "lang", "data", "includes", "user", "id_str",
     "full_text", "extended_tweet", "retweeted_status", "author_id", "note_tweet",
     "referenced_tweets", "tweet",
     "schema", "payload", "$type", "uri", "timestamp_ms"]
)  # fmt: skip


@given(st.dictionaries(FIELDS, JSON, max_size=8))
def test_any_object_is_a_tweet_that_can_be_written_or_a_bad_message(record: dict[str, Any]) -> None:
    try:
        got = parse(record)
    except BadMessageError:
        return
    assert parse(got.model_dump_json(exclude_none=True).encode()).text == got.text


@given(JSON, JSON, JSON, JSON)
def test_no_optional_field_costs_the_tweet(a: Any, b: Any, c: Any, d: Any) -> None:
    assert tweet(created_at=a, author=b, brand=c, lang=d).text == "hello"
