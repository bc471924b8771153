"""Kafka's record format, version 2, read record by record (kafka.apache.org/documentation/#record).

aiokafka reads it faster, but ends at the first record that it cannot decode.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct

from sentiment.unpacking import pieces

# First offset, length, leader's epoch, magic, CRC, attributes, last offset's delta, first and last
# timestamp, producer's id and epoch, first sequence, number of records.
_BATCH = Struct(">qiibIhiqqqhii")
_CODEC_MASK, _LOG_APPEND_TIME = 0x07, 0x08
_VARINT_BYTES = 10
_MOST_BODY_BYTES = 16 << 20
"""Of a record that is larger only its first bytes are kept; no broker takes one uncompressed."""
_MOST_BATCH_BYTES = 1 << 30
"""A batch that unpacks to more is given up there: 1 MB on the wire can be 32 GB."""


class FormatError(ValueError):
    """Bytes that are no record; says what was expected."""


@dataclass(slots=True)
class WireRecord:
    """One record as it came, with what aiokafka's own records have.

    Attributes:
        unreadable: why it cannot be read as it was meant; None where it can.
    """

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None = None
    value: bytes | None = None
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    unreadable: str | None = None
    checksum: None = None


def read_batch(raw: bytes, skip: int) -> Iterator[WireRecord]:
    """The records of one batch of version 2, one at a time, whatever is wrong with some of them.

    Names of headers that are not UTF-8 have `\\xe9` for each byte that is not. However large the
    batch unpacks, only a record of it is in memory.

    Args:
        raw: the batch as it came, its checksum valid.
        skip: how many of its first records to leave out.
    """
    first, *_, attributes, last_delta, first_ms, last_ms, _, _, _, count = _BATCH.unpack_from(raw)
    log_append_time = bool(attributes & _LOG_APPEND_TIME)
    whole = WireRecord(first + last_delta, last_ms, int(log_append_time), value=raw)
    reader = _Reader(attributes & _CODEC_MASK, raw[_BATCH.size :])
    offset = first - 1
    for index in range(count):
        try:
            size, body = reader.body()
        except FormatError as error:
            whole.value, whole.unreadable = reader.rest(), str(error)
            yield whole
            return
        except Exception as error:  # noqa: BLE001 - each codec has errors of its own
            whole.unreadable = f"its batch cannot be unpacked: {error!r}"
            yield whole
            return
        record = _read_record(body, first, offset, whole.offset)
        if size > len(body):
            record.unreadable = f"expected at most {_MOST_BODY_BYTES} bytes in a record, got {size}"
        record.timestamp = last_ms if log_append_time else _int64(first_ms + record.timestamp)
        record.timestamp_type = int(log_append_time)
        offset = record.offset
        if index >= skip:
            yield record


class _Reader:
    """Takes one record's bytes after another from what a payload unpacks to."""

    def __init__(self, kind: int, payload: bytes) -> None:
        self._pieces = pieces(kind, payload)
        self._buffer = b""
        self._position = self._unpacked = 0

    def body(self) -> tuple[int, bytes]:
        """The size of the next record, and its bytes: of a very large one, the first of them.

        Raises:
            FormatError: there is no such record.
        """
        self._fill(_VARINT_BYTES)
        size, self._position = _varint(self._buffer, self._position)
        if size < 0:
            raise FormatError(f"expected the size of a record, got {size}")
        kept = min(size, _MOST_BODY_BYTES)
        self._fill(kept)
        body = _slice(self._buffer, self._position, kept)
        self._position += kept
        self._skip(size - kept)
        return size, body

    def rest(self) -> bytes:
        """What is in memory of the bytes that were not taken."""
        return self._buffer[self._position : self._position + _MOST_BODY_BYTES]

    def _fill(self, size: int) -> None:
        """Hold this many bytes, or as many as there are."""
        if len(self._buffer) - self._position >= size:
            return
        parts = [self._buffer[self._position :]]
        held = len(parts[0])
        for piece in self._pieces:
            parts.append(piece)
            held += len(piece)
            self._unpacked += len(piece)
            if self._unpacked > _MOST_BATCH_BYTES:
                raise FormatError(
                    f"expected a batch of at most {_MOST_BATCH_BYTES} bytes unpacked, got more"
                )
            if held >= size:
                break
        self._buffer, self._position = b"".join(parts), 0

    def _skip(self, size: int) -> None:
        while size > 0:
            self._fill(1)
            here = min(size, len(self._buffer) - self._position)
            if not here:
                raise FormatError(f"expected {size} bytes more, got the end")
            self._position += here
            size -= here


def _read_record(body: bytes, first: int, before: int, last: int) -> WireRecord:
    """Its timestamp is still the distance to the batch's first one."""
    record = WireRecord(before + 1, 0, 0, value=body)
    try:
        _, position = _varint(body, 0)  # attributes, unused
        record.timestamp, position = _varint(body, position)
        delta, position = _varint(body, position)
        if not before - first < delta <= last - first:
            raise FormatError(
                f"expected an offset after {before}, up to {last}, got {first + delta}"
            )
        record.offset = first + delta
        record.key, position = _bytes(body, position)
        value, position = _bytes(body, position)
        record.headers, undecodable = _headers(body, position)
    except FormatError as error:
        record.unreadable = str(error)
        return record
    record.value = value
    if undecodable:
        record.unreadable = f"the name of a header is not UTF-8: {undecodable}"
    return record


def _int64(number: int) -> int:
    """As Kafka's own clients add: what does not fit begins again at the other end."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _headers(body: bytes, position: int) -> tuple[list[tuple[str, bytes | None]], str | None]:
    """All headers, and the first name among them that is not UTF-8."""
    count, position = _varint(body, position)
    headers: list[tuple[str, bytes | None]] = []
    undecodable: str | None = None
    for _ in range(count):
        name, position = _bytes(body, position)
        if name is None:
            raise FormatError("expected the name of a header, got none")
        value, position = _bytes(body, position)
        text = name.decode("utf-8", "backslashreplace")
        if text.encode() != name and undecodable is None:
            undecodable = text[:100]
        headers.append((text, value))
    if position != len(body):
        raise FormatError(f"expected the record's end at byte {position}, got {len(body)} bytes")
    return headers, undecodable


def _bytes(body: bytes, position: int) -> tuple[bytes | None, int]:
    length, position = _varint(body, position)
    if length < 0:
        return None, position
    return _slice(body, position, length), position + length


def _slice(body: bytes, position: int, length: int) -> bytes:
    if not 0 <= length <= len(body) - position:
        raise FormatError(f"expected {length} bytes at byte {position}, got {len(body) - position}")
    return body[position : position + length]


def _varint(body: bytes, position: int) -> tuple[int, int]:
    """A zigzag number of at most ten bytes, and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(body):
            raise FormatError(f"expected a number at byte {position}, got the end")
        byte = body[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), position
    raise FormatError(f"expected a number that ends before byte {position}")
