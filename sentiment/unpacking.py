"""Compressed batches of Kafka, unpacked piece by piece: a few kilobytes may become gigabytes.

No piece is larger than a mebibyte, however well its input compresses. The libraries are those whose
decompressors take a limit: zlib, the backport of Python's own `compression.zstd`, lz4 and cramjam.
"""

import struct
import zlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

import cramjam
from backports import zstd
from lz4.frame import LZ4FrameDecompressor

PIECE_BYTES = 1 << 20
_XERIAL_HEADER, _XERIAL_BYTES = b"\x82SNAPPY\x00", 16
_SNAPPY_MOST_BYTES = 64 << 20
_GZIP_WINDOW = 31
_MOST_FRAMES = 1_000
_Frame = Generator[bytes, None, bytes]
"""The pieces of one frame; returns what comes after it."""
NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)


class TooLargeError(ValueError):
    """A batch unpacks to more bytes than were asked for."""


def unpack(kind: int, payload: bytes, most: int) -> bytes:
    """A whole payload.

    Args:
        kind: Kafka's number of the codec.
        payload: as it came.
        most: bytes that it may have.

    Raises:
        TooLargeError: it has more.
        Exception: the codec's own error.
    """
    parts, size = [], 0
    for piece in pieces(kind, payload):
        size += len(piece)
        if size > most:
            raise TooLargeError(f"expected at most {most} bytes in a batch, got more")
        parts.append(piece)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def pieces(kind: int, payload: bytes) -> Iterator[bytes]:
    """A payload in pieces of bounded size.

    Raises:
        Exception: the codec's own error, in place of a piece that cannot be unpacked.
    """
    return _PIECES[kind](payload)


def _plain(payload: bytes) -> Iterator[bytes]:
    yield payload


def _frames(payload: bytes, unpack_frame: Callable[[bytes], _Frame]) -> Iterator[bytes]:
    """One frame after another; each costs a copy of what comes after it."""
    for _ in range(_MOST_FRAMES):
        if not payload:
            return
        payload = yield from unpack_frame(payload)
    raise ValueError(f"expected at most {_MOST_FRAMES} frames in a batch, got more")


def _gzip(payload: bytes) -> _Frame:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    while not unpacker.eof:
        piece = unpacker.decompress(payload, PIECE_BYTES)
        payload = unpacker.unconsumed_tail
        if not piece and not payload and not unpacker.eof:
            raise ValueError("expected the end of a gzip stream, got none")
        if piece:
            yield piece
    return unpacker.unused_data


def _zstd(payload: bytes) -> _Frame:
    return (yield from _frame(zstd.ZstdDecompressor(), payload))


def _lz4(payload: bytes) -> _Frame:
    return (yield from _frame(LZ4FrameDecompressor(), payload))


def _frame(unpacker: Any, payload: bytes) -> _Frame:
    while not unpacker.eof:
        piece = unpacker.decompress(payload, PIECE_BYTES)
        payload = b""
        if not piece and unpacker.needs_input and not unpacker.eof:
            raise ValueError("expected the end of a frame, got none")
        if piece:
            yield piece
    return unpacker.unused_data or b""


def _snappy(payload: bytes) -> Iterator[bytes]:
    """Snappy grows at most about twentyfold, so its blocks are unpacked whole."""
    if not payload.startswith(_XERIAL_HEADER):
        yield _snappy_block(payload)
        return
    position = _XERIAL_BYTES
    while position < len(payload):
        (size,) = struct.unpack_from(">i", payload, position)
        if not 0 < size <= len(payload) - position - 4:
            raise ValueError(f"expected a snappy block of {size} bytes, got fewer")
        position += 4
        yield _snappy_block(payload[position : position + size])
        position += size


def _snappy_block(block: bytes) -> bytes:
    if cramjam.snappy.decompress_raw_len(block) > _SNAPPY_MOST_BYTES:
        raise ValueError(f"expected a snappy block of at most {_SNAPPY_MOST_BYTES} bytes, got more")
    return bytes(cramjam.snappy.decompress_raw(block))


_PIECES: dict[int, Callable[[bytes], Iterator[bytes]]] = {
    NONE: _plain,
    GZIP: partial(_frames, unpack_frame=_gzip),
    SNAPPY: _snappy,
    LZ4: partial(_frames, unpack_frame=_lz4),
    ZSTD: partial(_frames, unpack_frame=_zstd),
}
