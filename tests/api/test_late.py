"""Late mentions, from the offsets' metadata to the number of the last hour."""

import pytest

from api.live.late import LateMentions
from sentiment.late_mentions import read_late, write_late


def test_what_a_worker_writes_is_read_whatever_stands_behind_it() -> None:
    assert read_late(write_late(7)) == 7
    assert read_late(write_late(7, tick=5) + "\nbadbuzz-shared-1") == 7
    assert write_late(7, 1) != write_late(7, 2)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "",
        "tick 5",
        "{",
        "[]",
        "7",
        '{"late": -1}',
        '{"late": true}',
        '{"late": 1e300}',
        "9" * 5_000,
    ],
)
def test_other_metadata_tells_of_none(metadata: str | None) -> None:
    assert read_late(metadata) is None


def test_those_of_the_last_hour_are_told() -> None:
    late = LateMentions()
    assert late.last_hour == 0
    late.see(5_000, 0.0)
    assert late.last_hour == 0, "they came before this process began"
    for minute in range(1, 120):
        late.see(5_000 + minute, minute * 60.0)
    assert late.last_hour == 60
    late.see(3, 7_300.0)
    assert late.last_hour == 0, "topics that were made again"
