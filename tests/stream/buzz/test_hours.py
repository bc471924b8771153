"""The hours that people look back at: what was said, and what was expected before it was."""

from sentiment.alerts import at_minute
from stream.buzz.brand import new_brand
from stream.buzz.detector import Detector
from tests.stream.buzz.made_up import DAY, START, MadeUp

DAYS = 3


def test_each_hour_tells_what_was_said_and_what_was_expected_once_a_day_is_known() -> None:
    detector, made_up = Detector(), MadeUp()
    state = new_brand("acme", detector.options)
    counts: dict[int, int] = {}
    for number, minute in enumerate(made_up.calm(DAYS * DAY + 2)):
        counts[number // 60] = counts.get(number // 60, 0) + len(minute)
        detector.update(state, minute, START + number)
        detector.close_minutes(state, START + number)
    hours = list(state.hours)
    # The first minutes go to a step before the first mention: the hour of START begins with it.
    whole = [hour for hour in hours if hour.start >= at_minute(START)]
    assert [hour.start for hour in whole] == [at_minute(START + 60 * n) for n in range(len(whole))]
    assert len(whole) == DAYS * 24
    assert [hour.mentions for hour in whole] == [counts[n] for n in range(len(whole))]
    assert [hour.expected is None for hour in whole[:24]] == [True] * 24
    later = [hour.expected for hour in whole[30:]]
    assert all(one is not None for one in later)
    for hour, expected in zip(whole[30:], later, strict=True):
        assert expected is not None
        assert hour.share is not None
        assert 200 < expected.mentions < 400, "five a minute"
        assert 0.15 < expected.share < 0.45
        low = expected.mentions - 3 * (expected.mentions * (1 + expected.spread * 300)) ** 0.5
        assert hour.mentions > low
    followed = [hour.following for hour in whole[30:-1]]
    for before, expected in zip(followed, later[1:], strict=True):
        assert before is not None
        assert expected is not None
        assert abs(before.mentions - expected.mentions) < 0.1 * expected.mentions


def test_hours_without_a_mention_are_not_told_and_those_that_wait_are_bounded() -> None:
    detector, made_up = Detector(), MadeUp(rate=1)
    state = new_brand("acme", detector.options)
    for number, minute in enumerate(made_up.calm(60)):
        detector.update(state, minute, START + number)
    detector.close_minutes(state, START + 40 * DAY)
    assert sum(hour.mentions for hour in state.hours) > 0
    assert len(state.hours) <= 2
    assert state.hours.maxlen is not None
