"""Record batches as they are on Kafka's wire, also such as no client library would send."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition, codec
from aiokafka.errors import for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c, encode_varint

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
_PACK = (bytes, codec.gzip_encode, codec.snappy_encode, codec.lz4_encode, codec.zstd_encode)


class Wire(NamedTuple):
    """One record; header names are bytes."""

    value: bytes | None
    key: bytes | None = None
    headers: Sequence[tuple[bytes, bytes | None]] = ()
    timestamp: int = 1_769_846_400_000


async def send(producer: AIOKafkaProducer, topic: str, partition: int, raw: bytes) -> None:
    """Write a batch to a broker as it is, acknowledged.

    Raises:
        aiokafka.errors.KafkaError: the broker refuses it.
    """
    await producer.partitions_for(topic)
    leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, partition))
    request = ProduceRequest(None, -1, 10_000, [(topic, [(partition, raw)])])
    answer = await producer.client.send(leader, request)
    [[_, [[_, code, *_]]]] = answer.topics
    if code:
        raise for_code(code)


def varint(number: int) -> bytes:
    into = bytearray()
    encode_varint(number, into.append)
    return bytes(into)


def record(wire: Wire, delta: int, first_ms: int) -> bytes:
    body = b"\0" + varint(wire.timestamp - first_ms) + varint(delta)
    body += _bytes(wire.key) + _bytes(wire.value) + varint(len(wire.headers))
    body += b"".join(_bytes(name) + _bytes(value) for name, value in wire.headers)
    return varint(len(body)) + body


def batch(
    wires: Sequence[Wire], first_offset: int = 0, compression: str = "none", payload: bytes = b""
) -> bytes:
    """A batch of version 2 with a right checksum.

    Args:
        payload: stands in place of the records' bytes.
    """
    first_ms = wires[0].timestamp
    plain = b"".join(record(wire, delta, first_ms) for delta, wire in enumerate(wires))
    packed = payload or _PACK[CODECS[compression]](plain)
    last_ms = max(wire.timestamp for wire in wires)
    after_crc = struct.pack(
        ">hiqqqhii",
        CODECS[compression], len(wires) - 1, first_ms, last_ms, -1, -1, -1, len(wires),
    ) + packed  # fmt: skip
    head = struct.pack(">ibI", -1, 2, calc_crc32c(after_crc))
    return struct.pack(">qi", first_offset, len(head) + len(after_crc)) + head + after_crc


def _bytes(value: bytes | None) -> bytes:
    return varint(-1) if value is None else varint(len(value)) + value
