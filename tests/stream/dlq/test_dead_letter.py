import hashlib

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from sentiment.errors import BadMessageError
from stream.dlq.dead_letter import (
    HISTORY,
    SHA256,
    SIZE,
    dead_letter,
    reason_of,
    size_of,
    split_headers,
)
from stream.transactions.outputs import Record
from tests.stream.records import TIMESTAMP_MS, record

BAD = BadMessageError("json", "value: Invalid JSON")
OWN = [("trace", b"1"), ("badbuzz.reason", b"a producer's own")]


def test_a_record_that_fits_is_kept_as_it_came_with_the_facts_behind_its_headers() -> None:
    came = record(b"{", offset=7, key=b"k", headers=OWN)
    letter = dead_letter(came, "read", BAD, 10_000)
    assert (letter.key, letter.value, letter.timestamp) == (b"k", b"{", TIMESTAMP_MS)
    own, facts = split_headers(letter.headers)
    assert own == OWN
    assert facts.pop("badbuzz.failed_at").isdigit()
    assert facts == {
        "badbuzz.reason": b"json",
        "badbuzz.detail": b"value: Invalid JSON",
        "badbuzz.stage": b"read",
        "badbuzz.source.topic": b"tweets",
        "badbuzz.source.partition": b"1",
        "badbuzz.source.offset": b"7",
        "badbuzz.source.timestamp": str(TIMESTAMP_MS).encode(),
    }


def test_a_record_without_facts_has_only_headers_of_its_own() -> None:
    assert split_headers([("a", b"1"), ("b", b"2")]) == ([("a", b"1"), ("b", b"2")], {})


@pytest.mark.parametrize("spare", [0, -1])
def test_what_does_not_fit_is_cut_and_says_what_the_whole_was(spare: int) -> None:
    came = record(b"x" * 100_000, key=b"k", headers=[*OWN, (HISTORY, b"[]")])
    whole = dead_letter(came, "publish", BAD, 1_000_000)
    letter = dead_letter(came, "publish", BAD, size_of(whole) + spare)
    if spare == 0:
        assert letter.value == came.value
        return
    own, facts = split_headers(letter.headers)
    assert letter.value == b"x" * 16_384
    assert letter.key == b"k"
    assert own == [(HISTORY, b"[]")]
    assert facts[SIZE] == b"100000"
    assert facts[SHA256] == hashlib.sha256(b"x" * 100_000).hexdigest().encode()


def test_a_cut_letter_fits_whatever_its_parts_were() -> None:
    huge = [(HISTORY, b"h" * 60_000), ("other", b"o" * 60_000)]
    came = record(b"x" * 100_000, key=b"k" * 60_000, headers=huge)
    error = RuntimeError("d" * 60_000)
    letter = dead_letter(came, "score", error, 66_000)
    assert size_of(letter) <= 66_000
    assert letter.key is None


def test_headers_without_a_value_and_details_beyond_utf8_are_kept() -> None:
    came = record(None, headers=[("empty", None)])  # type: ignore[list-item]
    letter = dead_letter(came, "score", BadMessageError("type", "got \ud800"), 10_000)
    own, facts = split_headers(letter.headers)
    assert own == [("empty", None)]
    assert facts["badbuzz.detail"] == rb"got \ud800"
    assert size_of(letter) > 0


def test_the_reason_is_the_messages_own_or_the_scoring() -> None:
    assert reason_of(BAD) == "json"
    assert reason_of(RuntimeError("in the model")) == "score"


@pytest.mark.parametrize("value", [None, b"", b"x" * 5_000])
def test_the_size_of_a_record_is_never_less_than_what_kafka_weighs(value: bytes | None) -> None:
    one = Record(TIMESTAMP_MS, b"key", value, [("name", b"held")])
    builder = DefaultRecordBatchBuilder(2, 0, 0, 1, 1, 0, 1_000_000)
    builder.append(0, one.timestamp, one.key, one.value, one.headers)
    weighed = len(builder.build())
    assert weighed <= size_of(one) <= weighed + 256
