"""Event time: late tweets, clocks that are wrong, silence, and no look into the future."""

import copy

from stream.buzz.brand import PARTS, dump_part, new_brand
from stream.buzz.detector import Detector
from tests.stream.buzz.made_up import START, MadeUp, column, feed, sighting


def test_cutting_the_future_off_changes_no_earlier_alarm(detector, calm_brand):
    traffic = MadeUp(21)
    _, start = calm_brand()
    minutes = [traffic.minute(start + age, negative=6 if age > 60 else 1) for age in range(180)]
    whole, _ = calm_brand()
    alerts = feed(detector, whole, minutes)
    assert alerts
    for cut in (61, 70, 90, 120):
        part, _ = calm_brand()
        until = [a for a in alerts if a.at.timestamp() / 60 <= start + cut]
        assert feed(detector, part, minutes[:cut]) == until


def test_a_tweet_within_the_lateness_counts_as_if_it_were_in_time(detector):
    in_time, late = (new_brand("acme", detector.options) for _ in range(2))
    first, second = sighting(START, 0.9, "one"), sighting(START + 1, 0.1, "two")
    detector.update(in_time, [first, second], START + 1)
    detector.update(late, [second], START + 1)
    detector.update(late, [first], START + 1)
    for state in (in_time, late):
        detector.close_minutes(state, START + 5)
    assert column(in_time, "total")[-5:] == column(late, "total")[-5:] == [1, 1, 0, 0, 0]
    assert column(in_time, "negative")[-5:] == column(late, "negative")[-5:] == [1, 0, 0, 0, 0]


def test_a_tweet_that_comes_too_late_is_counted_as_late_and_nowhere_else(detector):
    state = new_brand("acme", detector.options)
    detector.update(state, [sighting(START, 0.9, "one")], START)
    detector.close_minutes(state, START + 10)
    before = copy.deepcopy(state.closed)
    detector.update(state, [sighting(START + 3, 0.9, "two")], START + 11)
    detector.close_minutes(state, START + 10)
    assert state.open.late == 1
    assert state.closed == before


def test_a_stamp_from_the_future_counts_as_now(detector):
    state = new_brand("acme", detector.options)
    detector.update(state, [sighting(START + 10_000, 0.9, "one")], now=START)
    detector.close_minutes(state, START + 1)
    assert column(state, "total")[-1] == 1


def test_silence_closed_at_once_or_minute_by_minute_is_the_same(detector, calm_brand):
    at_once, start = calm_brand()
    stepwise, _ = calm_brand()
    end = start + 3 * 24 * 60 + 17
    detector.close_minutes(at_once, end)
    for minute in range(start, end + 1):
        detector.close_minutes(stepwise, minute)
    assert [dump_part(at_once, part) for part in PARTS] == [
        dump_part(stepwise, part) for part in PARTS
    ]


def test_an_alert_closes_when_the_brand_falls_silent(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(22)
    burst = [traffic.minute(start + age, negative=10) for age in range(30)]
    feed(detector, state, burst)
    assert state.closed.alarms["negative"].is_open
    closed = detector.close_minutes(state, start + 30 + 5 * 60)
    assert [a.state for a in closed if a.kind == "negative"] == ["closed"]


def test_a_new_brand_begins_with_its_earliest_mention_whatever_came_first(detector):
    state = new_brand("acme", detector.options)
    detector.update(state, [sighting(START + 30, 0.9, "one")], START + 100)
    detector.update(state, [sighting(START, 0.9, "two")], START + 100)
    detector.close_minutes(state, START + 31)
    assert state.open.late == 0
    assert column(state, "total")[-31:] == [1, *[0] * 29, 1]
    detector.update(state, [sighting(START - 1, 0.9, "three")], START + 100)
    assert state.open.late == 1, "its minutes are closed now"


def test_what_repeats_every_hour_counts_the_same_however_long_its_minutes_stay_open() -> None:
    """A history that one partition sends at once is counted long before its minutes are closed."""
    detector = Detector()
    closed_at_once, closed_late = (new_brand("acme", detector.options) for _ in range(2))
    end = START + 30 * 60
    for minute in range(START, end):
        said = [sighting(minute, 0.9, f"one of three, {minute % 3}", author=f"author {minute}")]
        if minute % 5 == 0:
            detector.update(closed_at_once, said, minute)
            detector.update(closed_late, said, minute)
        detector.close_minutes(closed_at_once, minute - 1)
        if minute % 900 == 0:
            detector.close_minutes(closed_late, minute - 400)
    for state in (closed_at_once, closed_late):
        detector.close_minutes(state, end)
    hours = [hour.mentions for hour in closed_at_once.hours]
    assert hours == [12] * 30
    assert [hour.mentions for hour in closed_late.hours] == hours


def test_the_first_batch_of_a_brand_is_remembered_like_the_next_ones() -> None:
    detector = Detector()
    in_one, in_two = (new_brand("acme", detector.options) for _ in range(2))
    said = [sighting(START, 0.9, "again", author="one") for _ in range(2)]
    detector.update(in_one, said, START)
    for one in said:
        detector.update(in_two, [one], START)
    counted = [state.open.steps[START].copies for state in (in_one, in_two)]
    assert counted == [1, 1]
