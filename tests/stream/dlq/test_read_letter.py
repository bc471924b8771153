"""Whatever stands on the topic of dead letters can be read, shown and dropped."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stream.dlq import dead_letter
from stream.dlq.read_letter import UNKNOWN, Letter, read_letter
from stream.dlq.view import as_json, page, table
from tests.stream.records import TIMESTAMP_MS, record

OURS = (
    dead_letter.SIZE, dead_letter.OFFSET, dead_letter.PARTITION, dead_letter.TIMESTAMP,
    dead_letter.FAILED_AT,
)  # fmt: skip
FACTS = {
    dead_letter.REASON: b"json", dead_letter.TOPIC: b"tweets", dead_letter.PARTITION: b"1",
    dead_letter.OFFSET: b"7", dead_letter.SIZE: b"9", dead_letter.TIMESTAMP: b"1",
    dead_letter.FAILED_AT: b"1",
}  # fmt: skip


def shown(letter: Letter) -> None:
    """As `dlq ls` and `dlq show` do."""
    console = Console(file=io.StringIO(), width=80)
    console.print(table([(letter, None)], 80))
    console.print(page(letter, None))


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("value", [b"9" * 5_000, b"9" * 19, b"-1", b"", b"\xb2", b"\xff", b"1e9"])
def test_a_number_that_is_none_makes_no_letter_unreadable(name: str, value: bytes) -> None:
    headers = tuple((FACTS | {name: value}).items())
    letter = read_letter(record(b"{", headers=headers))
    assert letter.reason == "json"
    assert letter.timestamp in (1, TIMESTAMP_MS)
    assert json.loads(as_json(letter, None))["reason"] == "json"
    shown(letter)


@given(
    st.lists(
        st.tuples(st.sampled_from([*FACTS, dead_letter.HISTORY, "own"]), st.none() | st.binary()),
        max_size=9,
    ),
    st.none() | st.binary(),
    st.none() | st.binary(),
)
def test_any_record_is_a_letter(
    headers: list[tuple[str, bytes]], key: bytes | None, value: bytes | None
) -> None:
    letter = read_letter(record(value, key=key, headers=headers))
    assert letter.value == value
    assert letter.reason or letter.reason == UNKNOWN
    assert json.loads(as_json(letter, None, value=True))
    shown(letter)
