"""Gaps and absurd dates: they cost the same however long they are, and raise nothing."""

import time

import pytest

from stream.buzz.brand import PARTS, dump_part, new_brand
from tests.stream.buzz.made_up import START, MadeUp, feed, sighting

MINUTES_OF_A_YEAR = 365 * 24 * 60


@pytest.mark.parametrize("gap", [3 * 60, 3 * 24 * 60, 27 * 24 * 60, MINUTES_OF_A_YEAR * 45])
def test_a_gap_costs_the_same_however_long_it_is(detector, gap):
    state = new_brand("acme", detector.options)
    feed(detector, state, MadeUp(61).calm(90))
    started = time.process_time()
    for minute in (START + 90 + gap, START + 92 + gap):
        detector.update(state, [sighting(minute, 0.9, f"hello {minute}")], minute)
        detector.close_minutes(state, minute)
    assert time.process_time() - started < 0.5
    assert state.closed.until == START + 92 + gap


def test_silence_closed_at_once_or_minute_by_minute_is_the_same(detector):
    at_once, stepwise = (new_brand("acme", detector.options) for _ in range(2))
    for state in (at_once, stepwise):
        feed(detector, state, MadeUp(62).calm(90))
    end = START + 90 + 3 * 24 * 60 + 17
    for minute in range(START + 90, end + 1):
        detector.close_minutes(stepwise, minute)
    for state in (at_once, stepwise):
        detector.update(state, [sighting(end, 0.9, "hello")], end)
        detector.close_minutes(state, end + 1)
    assert [dump_part(at_once, part) for part in PARTS if part != "open"] == [
        dump_part(stepwise, part) for part in PARTS if part != "open"
    ]


def test_a_brand_that_was_silent_for_long_is_learned_anew_and_opens_nothing(detector):
    state = new_brand("acme", detector.options)
    detector.update(state, [sighting(0, 0.9, "a default date")], START)
    detector.close_minutes(state, START)
    traffic = MadeUp(63, rate=20.0)
    assert feed(detector, state, traffic.calm(6 * 60)) == []
    assert state.open.since >= START - 1


def test_a_date_before_1970_is_late(detector):
    state = new_brand("acme", detector.options)
    detector.update(state, [sighting(-1_035_000_000, 0.9, "year one")], START)
    assert (state.open.late, state.open.until) == (1, -1)
