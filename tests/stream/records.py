"""Records as the consumer hands them out."""

import json
from collections.abc import Sequence

from aiokafka import ConsumerRecord

TIMESTAMP_MS = 1_769_846_400_000


def record(
    value: bytes | None,
    offset: int = 0,
    key: bytes | None = None,
    headers: Sequence[tuple[str, bytes]] = (),
    partition: int = 1,
) -> ConsumerRecord:
    """A record of `tweets`."""
    sizes = (len(key or b""), len(value or b""))
    place = ("tweets", partition, offset, TIMESTAMP_MS, 0)
    return ConsumerRecord(*place, key, value, None, *sizes, tuple(headers))


def tweet(text: str, offset: int = 0, **fields: object) -> ConsumerRecord:
    """A record that holds a tweet whose id is its offset."""
    return record(json.dumps({"id": str(offset), "text": text, **fields}).encode(), offset)
