"""What stands on `buzz.alerts` is a notification, or is left out: no record ends a notifier."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.notify.notification import read_notification
from tests.stream.notify.made_up import made_up

RIGHT = json.loads(made_up().model_dump_json())


@pytest.mark.parametrize(
    "change",
    [
        {"id": "a\nb"},
        {"id": "a\r\nX-Injected: 1"},
        {"id": ""},
        {"id": "a" * 5_000},
        {"id": "caf\u00e9"},
        {"schema_version": 2**70},
        {"strength": "NaN"},
        {"kind": "other"},
        {"opened_at": "yesterday"},
    ],
    ids=str,
)
def test_an_alert_that_no_channel_can_carry_is_left_out(change: dict[str, object]) -> None:
    assert read_notification(json.dumps(RIGHT | change).encode()) is None


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59+14:00", "1969-01-01"])
def test_a_date_at_the_end_of_the_calendar_costs_nothing_but_its_alert(at: str) -> None:
    found = read_notification(json.dumps(RIGHT | {"opened_at": at, "at": at}).encode())
    assert found is None or (found.key and found.first_key)


@given(st.none() | st.binary() | st.text().map(str.encode))
def test_any_other_record_is_left_out(value: bytes | None) -> None:
    assert read_notification(value) is None
