"""A burst that talks of one unusual thing needs fewer mentions to open an alert."""

from sentiment.alerts import BuzzAlert
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector
from tests.stream.buzz.made_up import DAY, START, MadeUp, feed


def _opened(detector: Detector, state: BrandState, start: int, more: str) -> list[BuzzAlert]:
    traffic = MadeUp(71)
    burst = [traffic.minute(start + age, negative=2.5, more=more) for age in range(9)]
    return [alert for alert in feed(detector, state, burst) if alert.kind == "negative"]


def test_a_burst_of_one_cause_is_found_where_its_number_alone_would_not_do(detector, calm_brand):
    for more, found in (("", False), ("#gate", True)):
        state, start = calm_brand()
        assert bool(_opened(detector, state, start, more)) is found


def test_what_few_accounts_say_again_and_again_is_no_cause(detector, calm_brand):
    for accounts, found in ((3, False), (1_000, True)):
        state, start = calm_brand()
        traffic, said = MadeUp(71), 0
        burst = []
        for age in range(9):
            minute = []
            for mention in traffic.minute(start + age, negative=2.5, more="#gate"):
                said += 1
                minute.append(mention._replace(author=1 + said % accounts))
            burst.append(minute)
        opened = [alert for alert in feed(detector, state, burst) if alert.kind == "negative"]
        assert bool(opened) is found


def test_a_word_that_is_always_said_is_no_cause(detector):
    state = new_brand("acme", detector.options)
    traffic = MadeUp(1)
    feed(detector, state, (traffic.minute(START + m, more="#gate") for m in range(4 * DAY)))
    assert not _opened(detector, state, START + 4 * DAY, "#gate")


def test_a_word_that_the_others_say_as_well_is_no_cause(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(71)
    burst = [
        [m._replace(text=f"{m.text} #gate") for m in traffic.minute(start + age, negative=2.5)]
        for age in range(9)
    ]
    assert not [alert for alert in feed(detector, state, burst) if alert.kind == "negative"]


def test_a_word_alone_opens_no_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(72)
    minutes = [traffic.minute(start + age, more="#gate") for age in range(120)]
    assert feed(detector, state, minutes) == []


def test_praise_of_one_thing_opens_no_alert_though_some_is_misread(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(73)
    burst = []
    for age in range(60):
        minute = traffic.minute(start + age)
        praise = traffic.minute(start + age, negative=0, positive=5)
        burst.append(
            minute
            + [
                m._replace(text=f"{m.text} #newplane", p_negative=0.7 if number % 4 == 0 else 0.1)
                for number, m in enumerate(praise)
            ]
        )
    assert not [alert for alert in feed(detector, state, burst) if alert.kind == "negative"]
