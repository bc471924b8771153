"""Event time of a partition: which minutes are complete, by what was read and by nothing else."""

import random
from collections.abc import Iterable

import pytest

from stream.buzz.watermark import MINUTE_MS, Mark, Watermark

IDLE_MS = 30_000
NOW = 1_000_000 * MINUTE_MS
"""Of the broker: all of the tests is the past for it."""


def one_partition(minutes: Iterable[int], at: int = NOW) -> list[Mark]:
    return [Mark(minute, 0, at) for minute in minutes]


def moves(watermark: Watermark, marks: Iterable[Mark]) -> list[int]:
    return [reached for _, reached in watermark.runs(marks)]


def test_the_watermark_cuts_records_alike_whatever_the_batches() -> None:
    marks = one_partition([5, 5, 6, 5, 8, 7, 9, 9, 12, 3])
    whole = moves(Watermark(1, 4), marks)
    parts, watermark = [], Watermark(1, 4)
    for mark in marks:
        parts += moves(watermark, [mark])
    assert whole == [5, 7, 8, 11, 11]
    assert sorted(set(parts)) == sorted({4, *whole})


def test_the_watermark_never_goes_back_and_no_stamp_runs_ahead_of_the_clock() -> None:
    watermark = Watermark(1)
    moves(watermark, [Mark(100, 0, 100 * MINUTE_MS)])
    assert watermark.minute == 99
    moves(watermark, [Mark(50, 0, 101 * MINUTE_MS), Mark(100_000, 0, 101 * MINUTE_MS)])
    assert watermark.minute == 100


def test_a_minute_waits_for_the_slowest_partition_however_far_the_others_are() -> None:
    watermark = Watermark(1, sources=3, idle_ms=IDLE_MS)
    ahead = [Mark(minute, 0, NOW) for minute in range(10_000)]
    assert moves(watermark, [*ahead, Mark(9_000, 1, NOW + 1)]) == [0]
    assert moves(watermark, [Mark(10, 2, NOW + 2)]) == [9]
    assert moves(watermark, [Mark(9_500, 2, NOW + 3)]) == [8_999]


def test_a_partition_that_delivers_nothing_is_waited_for_no_longer_than_the_idle_time() -> None:
    watermark = Watermark(1, sources=2, idle_ms=IDLE_MS)
    moves(watermark, [Mark(100, 0, NOW), Mark(100, 1, NOW)])
    moves(watermark, [Mark(500, 0, NOW + IDLE_MS)])
    assert watermark.minute == 99
    moves(watermark, [Mark(501, 0, NOW + IDLE_MS + 1_000)])
    assert watermark.minute == 500


def test_a_partition_with_nothing_but_old_dates_holds_no_minute_longer_than_the_idle_time() -> None:
    """Somebody sends tweets of 1970 to one partition, again and again."""
    watermark = Watermark(1, sources=2, idle_ms=IDLE_MS)
    for second in range(600):
        at = NOW + second * 1_000
        moves(watermark, [Mark(at // MINUTE_MS, 0, at), Mark(3, 1, at)])
        if second > 60:
            assert watermark.minute >= (at - IDLE_MS) // MINUTE_MS - 2


def test_after_a_silence_of_all_the_first_one_does_not_run_ahead_of_the_others() -> None:
    """A replay begins on a worker that runs: its first batch is of one partition alone."""
    watermark = Watermark(1, sources=2, idle_ms=IDLE_MS)
    moves(watermark, [Mark(100, 0, NOW), Mark(100, 1, NOW)])
    later = NOW + 3_600_000
    moves(watermark, [Mark(minute, 0, later) for minute in range(200, 5_000)])
    assert watermark.minute == 99
    moves(watermark, [Mark(200, 1, later + 5_000)])
    assert watermark.minute == 199


def test_no_mention_is_late_at_any_speed_while_partitions_are_less_apart_than_the_idle_time() -> (
    None
):
    dice = random.Random(1)
    for apart in (10, 1_000, IDLE_MS - 2_000):
        stream = [
            Mark(minute, source, NOW + minute * 20 + lag)
            for source in range(4)
            for lag in [source * apart // 3]
            for minute in range(0, 5_000, dice.choice((1, 3)))
        ]
        watermark = Watermark(1, sources=4, idle_ms=IDLE_MS)
        for mark in sorted(stream, key=lambda mark: mark.at):
            assert mark.minute >= watermark.minute
            moves(watermark, [mark])
        assert watermark.minute > 4_990


def test_event_time_goes_on_with_the_clock_while_nothing_comes() -> None:
    watermark = Watermark(1, idle_ms=IDLE_MS)
    moves(watermark, [Mark(100, 0, NOW)])
    assert watermark.tick(NOW + IDLE_MS) == 99
    assert watermark.tick(NOW + IDLE_MS + 30 * MINUTE_MS) == 129
    assert watermark.tick(NOW + IDLE_MS + 20 * MINUTE_MS) == 129
    assert Watermark(1).tick(NOW) == 0, "nothing was read yet"


def test_what_all_came_in_a_moment_is_closed_though_nothing_follows() -> None:
    """A small file that somebody replays into a new installation."""
    watermark = Watermark(1, sources=4, idle_ms=IDLE_MS)
    assert moves(watermark, one_partition(range(5_000))) == [0]
    assert watermark.tick(NOW + IDLE_MS // 2) == 0
    assert watermark.tick(NOW + IDLE_MS + 1_000) == 4_998


def test_a_watermark_that_has_read_nothing_does_not_follow_the_clock() -> None:
    assert Watermark(1, sources=4, idle_ms=IDLE_MS).tick(NOW) == 0


def test_while_nothing_comes_the_slow_partition_is_given_up_after_the_idle_time() -> None:
    watermark = Watermark(1, sources=2, idle_ms=IDLE_MS)
    moves(watermark, [Mark(100, 0, NOW)])
    assert watermark.tick(NOW + IDLE_MS - 1) == 0
    watermark.minute = 1  # a brand is known
    assert watermark.tick(NOW + IDLE_MS + 1) == 99


def test_the_next_owner_goes_on_where_the_former_stood() -> None:
    dice = random.Random(2)
    marks = [
        Mark(n + dice.randrange(50), dice.randrange(3), NOW + n * 300 + dice.randrange(250))
        for n in range(2_000)
    ]
    going_on = Watermark(1, sources=3, idle_ms=IDLE_MS)
    moves(going_on, marks[:1_000])
    next_owner = Watermark(1, sources=3, idle_ms=IDLE_MS)
    next_owner.load(going_on.dump())
    assert next_owner == going_on
    assert moves(next_owner, marks[1_000:]) == moves(going_on, marks[1_000:])
    assert len(going_on.dump()) < 2_000


def test_more_partitions_than_the_former_owner_knew_of_are_waited_for() -> None:
    former = Watermark(1, sources=1, idle_ms=IDLE_MS)
    moves(former, [Mark(100, 0, NOW)])
    grown = Watermark(1, sources=2, idle_ms=IDLE_MS)
    grown.load(former.dump())
    moves(grown, [Mark(200, 0, NOW + 1_000)])
    assert grown.minute == 99
    assert moves(grown, [Mark(150, 1, NOW + 2_000)]) == [149]
    assert moves(grown, [Mark(151, -(2**63), NOW + 3_000)]) == [149], "no such partition"


@pytest.mark.parametrize(
    "value",
    [
        b"", b"soon", b"9" * 5_000, b"null", b"true", b"1e300", b"[]", b"[1, 2]", b'{"minute": 1}',
        b"[1, 2, 3, 4, 5, 6]", b"[1, 2, [true], [], [], 0]", b"[1, 2, [], [], [[1]], 0]",
        b"[1, 9223372036854775808, [], [], [], 0]", b'["1", 2, [], [], [], 0]', b"\xff",
    ],
)  # fmt: skip
def test_what_is_no_watermark_is_refused_and_changes_nothing(value: bytes) -> None:
    watermark = Watermark(1, 7, sources=2, idle_ms=IDLE_MS)
    before = watermark.dump()
    with pytest.raises(ValueError, match=r"expected|JSON|character|number|column"):
        watermark.load(value)
    assert watermark.dump() == before


def test_a_watermark_of_before_is_a_minute() -> None:
    watermark = Watermark(1, sources=2, idle_ms=IDLE_MS)
    watermark.load(b"29000000")
    assert watermark.minute == 29_000_000
