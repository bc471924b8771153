"""Hostile records as they may stand on Kafka's wire, and the batches around them."""

import json
import os
from typing import Any

from hypothesis import strategies as st

from sentiment.topics import (
    ACTIONS,
    ALERTS,
    BRANDS,
    DEAD_LETTER_MARKS,
    FEEDBACK,
    HOURS,
    MENTIONS,
    MINUTES,
    SCORED,
    TWEETS,
)
from tests.kafka_wire import CODECS, Wire, batch

HUGE = [2**31, 2**63 - 1, 2**63, 2**70, -(2**70), 1e308, float("inf"), float("nan")]
DATES = [
    "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1970-01-01",
    "Wed Oct 10 20:19:24 +0000 2018", "", "now", 0, -1, 1e300, 2**70, None, [], {},
]  # fmt: skip
NASTY_TEXT = [
    "&#" + "9" * 4_301, "late again \ud83d", "\x1b]0;x\x07", "\u009b31m", "\u202egnp.exe", "\x00",
    "a" * 100_000, "!" * 4_000, "@" * 4_000, "#" * 4_000, "http://" * 500, "\u200b" * 500,
    "\U0001d4d0\U0001d4f2\U0001d4fb", "Z\u0351\u036b\u0343\u036a\u0302" * 200,
    "<script>alert(1)</script>", "", " ",
]  # fmt: skip
FIELDS: dict[str, dict[str, Any]] = {
    TWEETS: {"id": "1", "text": "3 hours late", "brand": "acme", "lang": "en", "created_at": None},
    SCORED: {
        "id": "1", "text": "late", "created_at": None, "author": "a", "brand": "acme", "lang": "en",
        "label": "negative", "p_negative": 0.9, "p_neutral": None, "p_positive": None,
        "model_name": "m", "model_version": "1", "model_digest": "d",
        "scored_at": "2026-01-01T00:00:00Z", "source_topic": "elsewhere", "source_partition": 0,
        "source_offset": 1, "schema_version": 1,
    },
    MENTIONS: {
        "brand": "acme", "id": "1", "text": "late", "event_time": "2026-01-01T00:00:00Z",
        "label": "negative", "p_negative": 0.9, "model_version": "1", "source_partition": 0,
        "source_offset": 1,
    },
    FEEDBACK: {
        "key": "k", "text": "late", "predicted": "negative", "right": "positive",
        "model_version": "1", "received_at": "2026-01-01T00:00:00Z",
    },
    ALERTS: {
        "id": "a", "brand": "acme", "kind": "negative", "state": "open",
        "opened_at": "2026-01-01T00:00:00Z", "at": "2026-01-01T00:00:00Z",
        "window_start": "2026-01-01T00:00:00Z", "window_end": "2026-01-01T00:00:00Z",
        "volume": {"now": 9, "expected": 1}, "strength": 2.0,
    },
    MINUTES: {"until": 1, "steps": {}},
    HOURS: {
        "brand": "acme", "start": "2026-01-01T00:00:00Z", "mentions": 3, "scored": 3,
        "negatives": 1, "share": 0.3, "expected": {"mentions": 2.0, "spread": 0.1, "share": 0.2},
    },
    ACTIONS: {
        "id": "a", "action": "note", "brand": "acme", "alert": None, "note": "seen", "until": None,
        "caller": "ann", "at": "2026-01-01T00:00:00Z",
    },
    BRANDS: {
        "name": "acme", "handles": ["@acme"], "names": ["acme air"],
        "added_at": "2026-01-01T00:00:00Z",
    },
    DEAD_LETTER_MARKS: {
        "state": "dropped", "at": "2026-01-01T00:00:00Z", "by": "x",
        "failed_at": "2026-01-01T00:00:00Z",
    },
}  # fmt: skip
"""Records that are right, for some of their fields to be made wrong."""
_ANY = {"id": "1", "key": "k", "brand": "acme", "name": "acme", "at": "2026-01-01T00:00:00Z"}

_nested: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_wrong = st.sampled_from([*HUGE, *DATES, *NASTY_TEXT]) | _nested


@st.composite
def _mutated(draw: st.DrawFn, topic: str) -> bytes:
    fields = dict(FIELDS.get(topic, _ANY))
    for name in draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3)):
        fields[name] = draw(_wrong)
    return json.dumps(fields).encode("utf-8", "surrogatepass")


def values(topic: str) -> st.SearchStrategy[bytes | None]:
    """Values for a topic: nearly right, of other formats, and plain bytes."""
    return st.one_of(
        st.none(),
        _mutated(topic),
        _nested.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
        st.binary(max_size=300),
        st.sampled_from([
            b"\x00\x00\x00\x00\x01abc", b"[" * 100_000, b'{"a":' * 10_000, b"1" * 5_000,
            b'{"id":"1","text":"' + b"x" * 900_000 + b'"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00",
        ]),
    )  # fmt: skip


_names = st.one_of(
    st.binary(max_size=20),
    st.just(b"caf\xe9"),
    st.sampled_from([b"badbuzz.reason", b"badbuzz.size"]),
)
_headers = st.lists(st.tuples(_names, st.none() | st.binary(max_size=40)), max_size=4)
_keys = (
    st.none()
    | st.binary(max_size=40)
    | st.sampled_from([b"acme", b"acme\nclosed", b"\nwatermark", b"0:1"])
)
_stamps = st.sampled_from([1_769_846_400_000, 0, 1, -1, 1_420_000_000_000, 253_402_300_799_000])


@st.composite
def batches(draw: st.DrawFn, topic: str) -> tuple[bytes, int]:
    """A batch of one to four hostile records, and how many they are."""
    count = draw(st.integers(1, 4))
    stamp = draw(_stamps)
    wires = [Wire(draw(values(topic)), draw(_keys), draw(_headers), stamp) for _ in range(count)]
    codec = draw(st.sampled_from(sorted(CODECS)))
    raw = batch(wires, compression=codec)
    if len(raw) > 1_000_000:  # the broker would refuse it: the sender then knows
        wires = [Wire(b"too large", None, (), stamp)]
        return batch(wires), 1
    return raw, count


def bomb(records: int = 40, size: int = 900_000) -> bytes:
    """A batch that is a few kilobytes on the wire and many megabytes unpacked."""
    return batch([Wire(b" " * size)] * records, compression="zstd")


def seed() -> int:
    """Of this run; `FUZZ_SEED` repeats one."""
    return int(os.environ.get("FUZZ_SEED", "0")) or int.from_bytes(os.urandom(4))
