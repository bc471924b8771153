"""What opens an alert, what does not, and what an alert says."""

import pytest

from sentiment.reasons import load_reasons
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from tests.stream.buzz.made_up import MadeUp, column, feed, learned, sighting


def opened(alerts, kind="negative"):
    return [alert for alert in alerts if alert.kind == kind and alert.state == "open"]


def test_a_burst_of_negatives_opens_worsens_and_closes_one_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(2)
    burst = [traffic.minute(start + age, negative=6 if age < 20 else 30) for age in range(40)]
    after = list(traffic.calm(6 * 60, start + 40))
    alerts = [a for a in feed(detector, state, burst + after) if a.kind == "negative"]
    assert [alerts[0].state, alerts[-1].state] == ["open", "closed"]
    assert "worse" in [alert.state for alert in alerts]
    assert len({alert.id for alert in alerts}) == 1
    assert (alerts[0].at.timestamp() / 60 - start) <= 10


def test_the_planted_cause_is_among_the_first_five_words(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(3)
    burst = [
        traffic.minute(start + age, negative=6, more="#tarmacgate stranded") for age in range(30)
    ]
    (alert,) = opened(feed(detector, state, burst))
    assert {"#tarmacgate", "stranded"} <= {word.word for word in alert.words[:5]}


def test_an_alert_explains_itself(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(4)
    burst = [traffic.minute(start + age, negative=20, more="#tarmacgate") for age in range(30)]
    (alert,) = opened(feed(detector, state, burst))
    assert alert.share.now > 2 * alert.share.expected
    assert abs(alert.share.expected - 0.3) < 0.05
    assert alert.volume.now > alert.volume.expected
    assert alert.odds > 3
    assert alert.model_version == "1"
    assert len(alert.samples) == 5
    assert len({sample.text for sample in alert.samples}) == 5
    assert all(sample.p_negative == 0.9 for sample in alert.samples)
    assert alert.window_end == alert.at > alert.window_start


def test_praise_opens_no_negative_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(5)
    storm = [traffic.minute(start + age, positive=8) for age in range(90)]
    assert opened(feed(detector, state, storm)) == []


def test_praise_called_negative_by_a_poor_model_opens_no_negative_alert(calm_brand):
    detector = Detector()
    state, start = calm_brand()
    traffic = MadeUp(6)
    storm = []
    for age in range(90):
        minute = traffic.minute(start + age, positive=8)
        storm.append(
            [
                mention._replace(p_negative=0.9) if traffic.random.random() < 0.15 else mention
                for mention in minute
            ]
        )
    assert opened(feed(detector, state, storm)) == []


def test_exact_copies_open_nothing_and_are_counted_apart(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(7)
    copies = [
        traffic.minute(start + age)
        + [sighting(start + age, 0.99, "Acme is a  SCAM https://t.co/x", author="bot")] * 30
        for age in range(60)
    ]
    assert feed(detector, state, copies) == []
    assert sum(column(state, "copies")[-40:]) == 40 * 30


def test_near_copies_open_no_negative_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(8)
    text = "this airline lost my bag twice and nobody at the desk cares at all"
    copies = [
        traffic.minute(start + age)
        + [
            sighting(start + age, 0.99, f"{text} {age * 50 + copy}", author=f"bot {copy % 3}")
            for copy in range(30)
        ]
        for age in range(60)
    ]
    assert opened(feed(detector, state, copies)) == []


@pytest.mark.parametrize(("rate", "each_minute"), [(0.6, 5), (0.6, 8), (1.3, 5)])
def test_bots_open_no_negative_alert_of_a_brand_that_few_speak_of(detector, rate, each_minute):
    traffic = MadeUp(9, rate=rate)
    state, start, _ = learned(detector, traffic)
    said = [
        "this airline lost my bag twice and nobody at the desk cares at all",
        "three hours in the queue and then they tell us the flight is gone",
        "never again will i book with these people they broke my new guitar",
    ]
    copies = [
        traffic.minute(start + age)
        + [
            sighting(
                start + age,
                0.99,
                f"@user{age} {said[copy % 3]} {age * 50 + copy}",
                author=f"bot {copy % 2}",
            )
            for copy in range(each_minute)
        ]
        for age in range(60)
    ]
    assert opened(feed(detector, state, copies)) == []
    assert sum(column(state, "copies")[-40:]) > 30 * each_minute


def test_a_crisis_among_bots_is_still_found(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(9)
    text = "this airline lost my bag twice and nobody at the desk cares at all"
    both = [
        traffic.minute(start + age, negative=5, more="stranded")
        + [
            sighting(start + age, 0.99, f"{text} {age * 50 + copy}", author="bot")
            for copy in range(4)
        ]
        for age in range(30)
    ]
    (alert,) = opened(feed(detector, state, both))
    assert alert.at.timestamp() / 60 - start <= 15
    assert "stranded" in [word.word for word in alert.words[:5]]


def test_the_same_burst_in_different_words_opens_an_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(8)
    burst = [
        traffic.minute(start + age)
        + [sighting(start + age, 0.99, traffic.text()) for _ in range(30)]
        for age in range(60)
    ]
    assert len(opened(feed(detector, state, burst))) == 1


def test_a_new_model_version_that_calls_more_negative_opens_no_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(9)
    alerts = []
    for age in range(2 * 24 * 60):
        changed = [
            mention._replace(
                model_version="2",
                p_negative=0.9 if traffic.random.random() < 0.35 else mention.p_negative,
            )
            for mention in traffic.minute(start + age)
        ]
        alerts += feed(detector, state, [changed])
    assert alerts == []
    assert state.closed.share.version == "2"


def test_a_crisis_right_after_a_new_version_is_found(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(10)
    burst = [
        [m._replace(model_version="2") for m in traffic.minute(start + age, negative=8)]
        for age in range(40)
    ]
    assert len(opened(feed(detector, state, burst))) == 1


def test_unscored_mentions_are_left_out_of_the_share(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(11)
    minutes = [
        traffic.minute(start + age)
        + [sighting(start + age, None, traffic.text()) for _ in range(5)]
        for age in range(60)
    ]
    assert opened(feed(detector, state, minutes)) == []
    assert sum(column(state, "scored")[-40:]) < sum(column(state, "total")[-40:]) - 150


def test_a_storm_of_mentions_opens_a_volume_alert(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(12)
    storm = [traffic.minute(start + age, negative=6, positive=6) for age in range(120)]
    alerts = feed(detector, state, storm)
    assert len(opened(alerts, "volume")) == 1
    assert opened(alerts, "negative") == []


def test_a_brand_is_not_warned_about_before_it_is_known(detector):
    traffic = MadeUp(13)
    state, start, _ = learned(detector, traffic, days=1)
    burst = [traffic.minute(start + age, negative=10) for age in range(60)]
    assert feed(detector, state, burst) == []


def test_the_knob_turned_up_never_alarms_later(calm_brand):
    firsts = []
    for knob in (0.02, 0.1, 0.5, 2.0):
        detector = Detector(BuzzOptions(false_alarms_per_week=knob))
        state, start = calm_brand()
        traffic = MadeUp(14)
        ramp = [traffic.minute(start + age, negative=1 + age / 10) for age in range(90)]
        told = [alert for alert in feed(detector, state, ramp) if alert.notifies]
        firsts.append(told[0].at)
    assert firsts == sorted(firsts, reverse=True)
    assert firsts[0] > firsts[-1]


def test_every_method_finds_a_large_crisis():
    for name in ("tail", "fixed", "mean-sd", "ewma"):
        detector = Detector(BuzzOptions(method=name))
        traffic = MadeUp(15)
        state, start, _ = learned(detector, traffic, days=3)
        burst = [traffic.minute(start + age, negative=20) for age in range(60)]
        found = [alert for alert in feed(detector, state, burst) if alert.kind == "negative"]
        assert any(a.state == "open" for a in found) or state.closed.alarms["negative"].is_open


def test_praise_of_which_the_model_misreads_one_in_seven_notifies_nobody(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(5)
    burst = []
    for minute in range(start, start + 60):
        praise = traffic.minute(minute, negative=0, positive=5)
        misread = [mention._replace(p_negative=0.9) for mention in praise[6::7]]
        rest = [mention for place, mention in enumerate(praise) if place % 7 != 6]
        burst.append(misread + rest + traffic.minute(minute, positive=0))
    assert [alert.kind for alert in feed(detector, state, burst) if alert.notifies] == []


def test_an_alert_says_what_most_complaints_are_about(calm_brand):
    detector = Detector(reasons=load_reasons())
    for more, reason in (("my flight is delayed for hours", "late"), ("zorp blick wumm", None)):
        state, start = calm_brand()
        traffic = MadeUp(4)
        burst = [traffic.minute(start + age, negative=20, more=more) for age in range(30)]
        (alert,) = opened(feed(detector, state, burst))
        assert alert.reason == reason
