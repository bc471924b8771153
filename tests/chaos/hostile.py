"""The records that nobody should send, one in a hundred messages of a chaos run."""

from typing import NamedTuple

import orjson

from tests.kafka_wire import Wire, batch


class Hostile(NamedTuple):
    """A record as a producer sends it."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def _tweet(text: str, **fields: object) -> bytes:
    return orjson.dumps({"id": "hostile", "text": text, "lang": "en", **fields})


HOSTILE = (
    Hostile(b'{"id": "broken"'),
    Hostile(None, b"tombstone"),
    Hostile(_tweet("late", created_at="0001-01-01T00:00:00")),
    Hostile(_tweet("late", created_at=0)),
    Hostile(b'{"id": "1", "text": "late \\ud83d"}'),
    Hostile(_tweet("&#" + "9" * 4_301)),
    Hostile(b"[" * 50_000),
    Hostile(b"\x00\x00\x00\x00\x01abc"),
    Hostile(b"\xff" * 1_000, b"\xff\xfe"),
    Hostile(_tweet("! " * 2_000)),
    Hostile(b'{"id": "1", "text": "late", "author": NaN, "created_at": 1e400}'),
    Hostile(_tweet("late", lang="qme"), headers=(("badbuzz.reason", b"json"),)),
    Hostile(b"x" * 400_000),
)

UNDECODABLE = batch([Wire(_tweet("late"), headers=[(b"caf\xe9", b"1")])])
"""A batch of one record that no client library would send: the name of its header is not UTF-8."""
