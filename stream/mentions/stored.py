"""Reads what a former owner of a partition wrote to `brand.minutes`.

A record there that cannot be read is skipped and counted; it never keeps a partition from being
taken over.
"""

import logging
from collections.abc import Callable, Iterable, Iterator

import orjson

from sentiment.kafka_records import UnreadableRecord
from stream.buzz.brand import PARTS, BrandState, load_brand
from stream.buzz.options import BuzzOptions
from stream.buzz.watermark import Watermark

log = logging.getLogger(__name__)

WATERMARK = b"\nwatermark"
UNWRITTEN = b"\nunwritten"
"""Key of the record that says from where to where mentions have to be counted again."""


class Stored:
    """The records of one partition.

    Attributes:
        missing: from which offset to which the mentions are not in what was written.

    Args:
        options: of the detector.
        watermark: of the partition; set to what was written.
        unreadable: called for each record or state that cannot be read.
    """

    def __init__(
        self, options: BuzzOptions, watermark: Watermark, unreadable: Callable[[], None]
    ) -> None:
        self.missing = 0, 0
        self._options = options
        self._watermark = watermark
        self._unreadable = unreadable

    def parts(
        self, records: Iterable[tuple[bytes | None, bytes | None] | UnreadableRecord]
    ) -> Iterator[tuple[str, str, bytes | None]]:
        """Brand, name of the part, and the part; None: it is there no more."""
        for record in records:
            if isinstance(record, UnreadableRecord):
                self._skip(record.key, record.reason)
                continue
            key, value = record
            try:
                if key == WATERMARK:
                    self._watermark.load(value or b"")
                elif key == UNWRITTEN:
                    self.missing = _offsets(value or b"")
                else:
                    yield *_brand_and_part(key), value
            except ValueError as error:
                self._skip(key, str(error))

    def brand(self, brand: str, parts: dict[str, bytes]) -> BrandState | None:
        """A brand's state, without those of its parts that cannot be read."""
        try:
            return load_brand(brand, parts, self._options)
        except Exception:  # noqa: BLE001 - part by part, to find the one that cannot be read
            readable = {part: value for part, value in parts.items() if self._reads(part, value)}
        try:
            return load_brand(brand, readable, self._options)
        except Exception as error:  # noqa: BLE001 - parts that do not fit each other
            self._skip(brand.encode(errors="replace"), repr(error))
            return None

    def _reads(self, part: str, value: bytes) -> bool:
        try:
            load_brand("", {part: value}, self._options)
        except Exception as error:  # noqa: BLE001 - whatever stands there
            self._skip(part.encode(), repr(error))
            return False
        return True

    def _skip(self, key: bytes | None, why: str) -> None:
        self._unreadable()
        log.error("Skipped a record of brand.minutes with the key %.80r: %.200s", key, why)


def _brand_and_part(key: bytes | None) -> tuple[str, str]:
    """Raises ValueError unless a key names both."""
    brand, _, part = (key or b"").decode().rpartition("\n")
    if part not in PARTS:
        raise ValueError(f"expected one of {', '.join(PARTS)}, got {part[:40]!r}")
    return brand, part


def _offsets(value: bytes) -> tuple[int, int]:
    """Raises ValueError unless they are two offsets."""
    found = orjson.loads(value[:100])
    match found:
        case [int(start), int(end)] if 0 <= start <= end < 2**63:
            return start, end
    raise ValueError(f"expected two offsets, got {str(found)[:40]}")
