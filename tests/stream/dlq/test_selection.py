from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.printable import printable
from stream.dlq.history import Passage, history_of, with_passage
from stream.dlq.selection import Span, disjoint, parse_moment, parse_span

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
ENDS = {0: (5, 20), 1: (0, 0), 2: (0, 10)}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3", Span(3)),
        ("0:15", Span(0, 15, 15)),
        ("0:15-20", Span(0, 15, 20)),
        ("0:15-", Span(0, 15)),
    ],
)
def test_a_position_is_an_offset_a_range_or_a_partition(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "x", "0:", "-1", "0:-5", "0:9-3", "0:1:2", "٣:١", "0.5"])
def test_what_is_no_position_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(ValueError, match="expected") as raised:
        parse_span(text)
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("1.5d", NOW - timedelta(hours=36)),
        ("2026-01-30", datetime(2026, 1, 30, tzinfo=UTC)),
        ("2026-01-30T08:00", datetime(2026, 1, 30, 8, tzinfo=UTC)),
        ("2026-01-30T08:00+02:00", datetime(2026, 1, 30, 6, tzinfo=UTC)),
    ],
)
def test_a_time_is_an_age_or_utc_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2w", "99999999999d", "-1h"])
def test_what_is_no_time_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(ValueError, match="expected") as raised:
        parse_moment(text, NOW)
    assert repr(text) in str(raised.value)


SPANS = st.builds(
    lambda partition, first, length: Span(
        partition, first, None if length is None else first + length
    ),
    st.integers(0, 3),
    st.integers(0, 25),
    st.none() | st.integers(0, 25),
)


@given(spans=st.lists(SPANS, max_size=6))
def test_each_offset_that_was_named_and_is_there_is_read_once(spans: list[Span]) -> None:
    read = [
        (partition, offset)
        for partition, first, last in disjoint(spans, ENDS)
        for offset in range(first, (first if last is None else last) + 1)
    ]
    there = {(p, offset) for p, (first, end) in ENDS.items() for offset in range(first, end)}
    named = {
        (partition, offset)
        for partition, first, last in spans or map(Span, ENDS)
        for offset in range(first, 100 if last is None else last + 1)
    }
    assert read == sorted(named & there)


@pytest.mark.parametrize("value", [b"", b"{", b"{}", b"[1]", b'[{"by": "me"}]', b"\xff", None])
def test_a_history_that_is_not_ours_counts_for_nothing_and_is_replaced(value: bytes) -> None:
    headers = [("a", b"1"), ("badbuzz.history", value)]
    assert history_of(headers) == []
    passage = Passage(at=NOW, by="me@here", letter="tweets.dlq:0:1", reason="json")
    renewed = with_passage(headers, passage)
    assert renewed[0] == ("a", b"1")
    assert history_of(renewed) == [passage]
    assert len(renewed) == 2


@given(st.binary())
def test_whatever_bytes_are_shown_nothing_in_them_acts_on_the_terminal(data: bytes) -> None:
    assert printable(data).isprintable()
