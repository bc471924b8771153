"""Formats that are not a tweet's: what each is called, and what its producer is to do."""

import re
from collections.abc import Mapping
from typing import Any

from sentiment.errors import BadMessageError

_PLAIN = 'send a tweet as plain JSON, {"id": ..., "text": ...}'
_HEADS = (
    (b"Obj\x01", "an Avro file"),
    (b"\xc3\x01", "Avro's single-object encoding"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
    (b"\x82SNAPPY\x00", "snappy"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"\xff\xff\xff\xff", "Arrow"),
    (b"\xac\xed\x00\x05", "Java's serialisation"),
    (b"<?xml", "XML"),
    (b"<", "XML or HTML"),
    (b"---\n", "YAML"),
)
_UTF16_OR_32 = re.compile(rb"\xff\xfe|\xfe\xff|\x00\x00\xfe\xff|[{\[]\x00|\x00+[{\[]\x00")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_PATTERNS = (
    (re.compile(rb"\x03[\x00\x05].{16}", re.DOTALL), "AWS Glue's schema registry framing", _PLAIN),
    (re.compile(rb"\x80[\x02-\x05]"), "Python's pickle", _PLAIN),
    (re.compile(rb"[\x81-\x8f\xde][\xa0-\xbf\xd9]"), "MessagePack", _PLAIN),
    (
        re.compile(rb"[\xa1-\xb7\xbf][\x61-\x77]"),
        "CBOR, as Bluesky's firehose sends it",
        f"read Jetstream instead and {_PLAIN}",
    ),
)
_MOST_FIELDS = 1_000


def name_of_bytes(value: bytes) -> BadMessageError | None:
    """An error that names the format of bytes that are no JSON, where it is known by its marks."""
    if _UTF16_OR_32.match(value):
        detail = "expected UTF-8, got UTF-16 or UTF-32; encode the record as UTF-8"
        return BadMessageError("encoding", detail)
    if value[:1] == b"\0" and len(value) > 5:
        return _confluent(value)
    for head, name in _HEADS:
        if value.startswith(head):
            return _named(name, _PLAIN)
    for pattern, name, way_out in _PATTERNS:
        if pattern.match(value):
            return _named(name, way_out)
    return _named("Protobuf", _PLAIN) if _is_protobuf(value) else None


def name_of_record(record: Any) -> BadMessageError | None:
    """An error that names the format of a JSON value that is no tweet, where it is known."""
    if isinstance(record, list) and record and isinstance(record[0], dict):
        return _named("an array", "send each element as a record of its own")
    if isinstance(record, str) and record.lstrip()[:1] in ("{", "["):
        return _named("JSON inside a JSON string", "encode the tweet once, not twice")
    if isinstance(record, Mapping):
        for recognises, name, way_out in _RECORDS:
            if recognises(record):
                return _named(name, way_out)
    return None


def _confluent(value: bytes) -> BadMessageError:
    schema = int.from_bytes(value[1:5], "big")
    inside = "JSON Schema" if value[5:].lstrip()[:1] == b"{" else "Avro or Protobuf"
    return _named(
        f"Confluent's wire format, {inside} (magic byte 0, schema {schema})",
        "set the producer's value.serializer or value.converter to plain JSON without a schema "
        "registry",
    )


def _named(name: str, way_out: str) -> BadMessageError:
    return BadMessageError("format", f"expected a tweet as JSON, got {name}; {way_out}")


def _is_protobuf(value: bytes) -> bool:
    """Whether bytes are a whole protobuf message that begins with a field of bytes or a number.

    Without its schema there is no more to know of one. What has no control sign is text.
    """
    if _TEXT.fullmatch(value):
        return False
    place, fields = 0, 0
    while place < len(value) and fields < _MOST_FIELDS:
        tag, place = _varint(value, place)
        kind = tag & 7
        if not 0 < tag >> 3 < 10_000 or kind not in (0, 1, 2, 5):
            return False
        if kind == 0:
            _, place = _varint(value, place)
        elif kind == 2:
            length, place = _varint(value, place)
            place += length
        else:
            place += 8 if kind == 1 else 4
        fields += 1
    return fields > 0 and place == len(value)


def _varint(value: bytes, place: int) -> tuple[int, int]:
    """A number and the place after it; a place beyond the end where there is none."""
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(value):
            return 0, len(value) + 1
        byte = value[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
    return 0, len(value) + 1


def _has(*names: str) -> Any:
    return lambda record: all(name in record for name in names)


def _is_debezium(record: Mapping[str, Any]) -> bool:
    payload = record.get("payload")
    inner = payload if isinstance(payload, dict) else record
    return "op" in inner and ("after" in inner or "before" in inner)


def _is_bluesky(record: Mapping[str, Any]) -> bool:
    inner = record.get("record")
    kind = inner.get("$type") if isinstance(inner, dict) else record.get("$type")
    return str(kind).startswith("app.bsky.") or str(record.get("uri")).startswith("at://")


_RECORDS = (
    (_is_debezium, "a change event of Debezium",
     "add the transform io.debezium.transforms.ExtractNewRecordState to the connector and map the "
     "columns to id and text"),
    (_has("schema", "payload"), "Kafka Connect's JSON with a schema",
     "set value.converter.schemas.enable=false"),
    (_has("specversion", "type", "source"), "a CloudEvent",
     "send its `data` alone, as CloudEvents' binary mode does"),
    (_has("did", "time_us"), "a Jetstream event of Bluesky",
     "send commit.record.text as text, commit.cid as id, did as author, createdAt as created_at"),
    (_is_bluesky, "a post of Bluesky",
     "send record.text as text, uri as id, author.handle as author, createdAt as created_at"),
    (_has("content", "account"), "a status of Mastodon",
     "send its content without HTML as text, account.acct as author"),
    (_has("@context"), "ActivityPub", "send its content without HTML as text"),
    (_has("body", "actor", "verb"), "Gnip's Activity Streams",
     "send body as text, actor.preferredUsername as author, postedTime as created_at"),
    (_has("delete"), "Twitter's notice of a deleted status", "send statuses alone to this topic"),
    (_has("limit"), "Twitter's notice of a limit", "send statuses alone to this topic"),
    (_has("errors"), "an error of Twitter's API", "send tweets alone to this topic"),
)  # fmt: skip
