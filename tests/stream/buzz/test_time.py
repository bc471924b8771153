"""Event time: late tweets, clocks that are wrong, silence, and no look into the future."""

import copy

from stream.buzz.brand import PARTS, dump_part, new_brand
from stream.buzz.watermark import Watermark
from tests.stream.buzz.made_up import START, MadeUp, feed, sighting


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
    assert in_time.closed.total[-5:] == late.closed.total[-5:] == [1, 1, 0, 0, 0]
    assert in_time.closed.negative[-5:] == late.closed.negative[-5:] == [1, 0, 0, 0, 0]


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
    assert state.closed.total[-1] == 1


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


def test_the_watermark_cuts_records_alike_whatever_the_batches():
    minutes = [5, 5, 6, 5, 8, 7, 9, 9, 12, 3]
    whole = list(Watermark(1, 4).runs(minutes, now=100))
    parts, watermark = [], Watermark(1, 4)
    for record in range(len(minutes)):
        parts += [mark for _, mark in watermark.runs(minutes[record : record + 1], now=100)]
    moves = [mark for _, mark in whole]
    assert moves == [5, 7, 8, 11, 11]
    assert sorted(set(parts)) == sorted({4, *moves})


def test_the_watermark_never_goes_back_and_no_stamp_runs_ahead_of_the_clock():
    watermark = Watermark(1)
    list(watermark.runs([100], now=100))
    assert watermark.minute == 99
    list(watermark.runs([50, 100_000], now=101))
    assert watermark.minute == 100


def test_the_watermark_goes_on_with_the_clock_while_nothing_comes():
    watermark = Watermark(1)
    list(watermark.runs([100], now=1_000))
    assert watermark.tick(1_030) == 129
    assert watermark.tick(1_020) == 129
