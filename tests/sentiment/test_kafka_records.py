"""Records that aiokafka cannot decode are handed out, named, and those beside them, too."""

import asyncio
import inspect
import sys
import time
import tracemalloc
from contextlib import suppress

import pytest
from aiokafka import ConsumerRecord, TopicPartition, codec
from aiokafka.consumer import fetcher
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from sentiment import kafka_records, record_format
from sentiment.kafka_records import TolerantConsumer, UnreadableRecord, read_tolerantly
from tests.kafka_wire import CODECS, Wire, batch

PLACE = TopicPartition("tweets", 3)
CAFE = b"caf\xe9"


@pytest.fixture(autouse=True)
def tolerant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MemoryRecords", "PartitionRecords", "FetchResult"):
        monkeypatch.setattr(fetcher, name, getattr(fetcher, name))
    decoders = sys.modules[DefaultRecordBatch.__module__]
    for name in kafka_records._DECODERS:
        monkeypatch.setattr(decoders, name, getattr(decoders, name))
    read_tolerantly()


def read(answer: bytes, offset: int = 0) -> tuple[list[ConsumerRecord], int]:
    """What a consumer gets of a fetch answer, and its position after it."""
    records = partition(answer, offset)
    return list(records), records.next_fetch_offset


def partition(answer: bytes, offset: int = 0) -> fetcher.PartitionRecords:
    return fetcher.PartitionRecords(
        PLACE, fetcher.MemoryRecords(answer), [], offset, None, None, True, 1
    )


@pytest.mark.parametrize("compression", CODECS)
def test_a_header_name_that_is_not_utf_8_costs_its_own_record_alone(compression: str) -> None:
    wires = [Wire(b"a"), Wire(b"b", b"k", [(b"x", b"1"), (CAFE, b"2")]), Wire(b"c")]
    records, position = read(batch(wires, 40, compression) + batch([Wire(b"d")], 43), 40)
    assert [record.value for record in records] == [b"a", b"b", b"c", b"d"]
    assert [record.offset for record in records] == [40, 41, 42, 43]
    assert [type(record) for record in records] == [
        ConsumerRecord, UnreadableRecord, ConsumerRecord, ConsumerRecord,
    ]  # fmt: skip
    bad = records[1]
    assert (bad.topic, bad.partition, bad.key, bad.timestamp) == (
        "tweets",
        3,
        b"k",
        1_769_846_400_000,
    )
    assert bad.headers == (("x", b"1"), ("caf\\xe9", b"2"))
    assert "caf\\xe9" in bad.reason
    assert position == 44


def test_reading_starts_amid_a_batch() -> None:
    wires = [Wire(b"a", headers=[(CAFE, b"")]), Wire(b"b", headers=[(CAFE, b"")]), Wire(b"c")]
    records, position = read(batch(wires, 7), 8)
    assert [record.offset for record in records] == [8, 9]
    assert position == 10


def test_readable_records_are_as_aiokafka_reads_them() -> None:
    wires = [Wire(None, b"k"), Wire(b"b", None, [("é".encode(), None)]), Wire(b"")]
    answer = batch([*wires, Wire(b"", headers=[(CAFE, None)])])
    ours, _ = read(answer)
    theirs = [record for _ in [0] for record in MemoryRecords(batch(wires)).next_batch()]
    for one, other in zip(ours, theirs, strict=False):
        assert (one.key, one.value, list(one.headers)) == (other.key, other.value, other.headers)


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_cannot_be_unpacked_is_one_record(compression: str) -> None:
    broken = batch([Wire(b"a"), Wire(b"b")], 5, compression, payload=b"no such thing")
    records, position = read(broken + batch([Wire(b"c")], 7), 5)
    assert [record.offset for record in records] == [6, 7]
    assert isinstance(records[0], UnreadableRecord)
    assert records[0].value == broken
    assert "unpacked" in records[0].reason
    assert position == 8


@pytest.mark.parametrize(
    ("payload", "values"),
    [
        (b"\x7f", [b""]),
        (b"\x06\x00\x00\x00", [b"\x00\x00\x00"]),
        (b"\xff" * 12, [b"\xff" * 12]),
        (b"\x01", [b""]),
    ],
)
def test_bytes_that_are_no_record_are_skipped_with_their_offset(
    payload: bytes, values: list[bytes]
) -> None:
    records, position = read(batch([Wire(b"a")], payload=payload) + batch([Wire(b"c")], 1))
    assert [record.value for record in records] == [*values, b"c"]
    assert [record.offset for record in records] == [0, 1]
    assert position == 2


def test_a_record_whose_offset_is_not_in_its_batch_does_not_move_the_position() -> None:
    payload = b"\x0e\x00\x00\xfe\x01\x01\x01\x00"  # 127 after the first
    records, position = read(batch([Wire(b"a")], payload=payload) + batch([Wire(b"c")], 1))
    assert [record.offset for record in records] == [0, 1]
    assert isinstance(records[0], UnreadableRecord)
    assert position == 2


def test_an_old_batch_that_cannot_be_read_is_one_record() -> None:
    builder = LegacyRecordBatchBuilder(1, 1, 10_000)
    builder.append(0, 1_000, b"k", b"v" * 100)
    whole = bytes(builder.build())
    broken = whole[:-20] + b"\0" * 20
    assert MemoryRecords(broken).next_batch().validate_crc() is False
    records = fetcher.PartitionRecords(
        PLACE, fetcher.MemoryRecords(broken), [], 0, None, None, False, 1
    )
    (record,) = list(records)
    assert isinstance(record, UnreadableRecord)


def test_aiokafka_makes_its_records_where_we_make_ours() -> None:
    """The names this rests on; an aiokafka without them must fail here, not in a worker."""
    answers = inspect.getsource(fetcher.Fetcher._proc_fetch_request)
    assert "MemoryRecords(part_data[-1])" in answers
    assert "PartitionRecords(" in answers
    assert list(inspect.signature(fetcher.PartitionRecords._consumer_record).parameters) == [
        "self", "tp", "record",
    ]  # fmt: skip
    batches = MemoryRecords(batch([Wire(b"a")], 5))
    assert batches.has_next()
    one = batches.next_batch()
    assert one.next_offset == 6
    assert one.validate_crc()
    decoders = sys.modules[DefaultRecordBatch.__module__]
    for name in ("gzip_decode", "snappy_decode", "lz4_decode", "zstd_decode"):
        assert callable(getattr(decoders, name))
    assert "FetchResult(" in answers
    assert "type(res_or_error) is FetchResult" in inspect.getsource(fetcher.Fetcher.fetched_records)


@pytest.mark.parametrize("compression", sorted(CODECS))
def test_every_codec_is_read(compression: str) -> None:
    wires = [Wire(b"%d" % number * 50, b"k") for number in range(200)]
    records, position = read(batch(wires, compression=compression))
    assert [record.value for record in records] == [wire.value for wire in wires]
    assert position == 200


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd"])
def test_a_batch_that_unpacks_to_very_much_is_read_record_by_record(
    compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_records, "_MOST_UNPACKED_BYTES", 1_000_000)
    wires = [Wire(b" " * 900_000, b"%d" % number) for number in range(20)]
    raw = batch(wires, compression=compression)
    assert len(raw) < 200_000
    tracemalloc.start()
    seen = []
    for record in partition(raw):
        assert record.value == b" " * 900_000
        seen.append((record.offset, record.key))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen == [(number, b"%d" % number) for number in range(20)]
    assert most < 12_000_000, "of 18 million bytes"


def test_a_record_that_is_larger_than_any_is_one_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kafka_records, "_MOST_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(record_format, "_MOST_BODY_BYTES", 2_000_000)
    wires = [Wire(b"a"), Wire(b" " * 5_000_000), Wire(b"c")]
    records, position = read(batch(wires, compression="zstd"))
    assert [record.offset for record in records] == [0, 1, 2]
    assert records[0].value == b"a"
    assert isinstance(records[1], UnreadableRecord)
    assert "got 50000" in records[1].reason
    assert records[2].value == b"c"
    assert position == 3


def test_a_batch_that_unpacks_without_an_end_is_given_up_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kafka_records, "_MOST_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(record_format, "_MOST_BATCH_BYTES", 5_000_000)
    endless = batch([Wire(b" " * 900_000)] * 20, compression="zstd")
    records, position = read(endless + batch([Wire(b"c")], 20))
    assert [record.offset for record in records] == [0, 1, 2, 3, 19, 20]
    assert isinstance(records[4], UnreadableRecord)
    assert "5000000 bytes unpacked" in records[4].reason
    assert position == 21


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd"])
def test_a_batch_of_very_many_empty_frames_costs_little(compression: str) -> None:
    empty = getattr(codec, f"{compression}_encode")(b"")
    began = time.process_time()
    records, position = read(
        batch([Wire(b"a")], payload=empty * (900_000 // len(empty)), compression=compression)
    )
    assert time.process_time() - began < 2
    assert isinstance(records[0], UnreadableRecord)
    assert position == 1


def test_a_batch_that_ends_early_is_one_record_after_those_before_the_end() -> None:
    raw = batch([Wire(b"x" * 50_000)], compression="zstd")
    payload = raw[61:-10]
    records, position = read(batch([Wire(b"a")], payload=payload, compression="zstd"))
    assert isinstance(records[0], UnreadableRecord)
    assert position == 1


async def test_no_more_is_handed_out_at_a_time_than_a_number_of_bytes() -> None:
    assignment = Assignment({PLACE})
    assignment.state_value(PLACE).reset_to(0)
    raw = batch([Wire(b"x" * 1_000_000)] * 20, compression="zstd")
    result = fetcher.FetchResult(
        PLACE, assignment=assignment, partition_records=partition(raw), backoff=0
    )
    taken = []
    while result.has_more():
        some = result.getall(500)
        assert sum(len(record.value) for record in some) < 10_000_000
        taken += some
        assert assignment.state_value(PLACE).position == len(taken)
    assert [record.offset for record in taken] == list(range(20))


class Fetcher:
    """Closes as aiokafka's, one of whose fetches waits to be repeated when the broker has gone."""

    def __init__(self, pending: "asyncio.Task[None]") -> None:
        self._pending = pending

    async def close(self) -> None:
        self._pending.cancel()
        await self._pending


async def stopping(pending: "asyncio.Task[None]") -> tuple[TolerantConsumer, list[str]]:
    """A consumer without a broker, and what it closes."""
    consumer = TolerantConsumer(bootstrap_servers="127.0.0.1:1")
    closed: list[str] = []

    async def close() -> None:
        closed.append("connections")

    consumer._client.close = close
    consumer._fetcher = Fetcher(pending)
    await asyncio.sleep(0)
    return consumer, closed


async def test_a_fetch_that_waits_to_be_repeated_does_not_cancel_who_stops_the_consumer() -> None:
    consumer, closed = await stopping(asyncio.create_task(asyncio.sleep(60)))
    await consumer.stop()
    assert closed == ["connections"]


async def test_who_is_cancelled_while_the_consumer_stops_is_cancelled() -> None:
    async def never() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    pending = asyncio.create_task(never())
    consumer, _ = await stopping(pending)
    stop = asyncio.create_task(consumer.stop())
    await asyncio.sleep(0.01)
    stop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stop
