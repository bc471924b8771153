"""A mention counts by how surely it is negative, not by the side of 0.5 it is on."""

import pytest

from stream.buzz.brand import new_brand
from stream.buzz.detector import Detector
from stream.buzz.evidence import CERTAIN, weight
from stream.buzz.judge import window
from tests.stream.buzz.made_up import DAY, START, MadeUp, feed


def test_a_weight_is_nothing_below_the_ramp_and_all_above_it():
    assert [weight(p) for p in (0.0, 0.3, 0.5, 0.7, 1.0)] == [0, 0, 50, CERTAIN, CERTAIN]


def test_evidence_of_plain_counts_is_the_count(detector):
    state = new_brand("acme", detector.options)
    for minute in range(START, START + DAY):
        detector.count(state, minute, 10, 10, 3)
        detector.close_minutes(state, minute + 1)
    found = window(state, detector.options.scales[1], detector.options)
    assert found.seen.negative == 30
    assert found.seen.evidence == pytest.approx(30, rel=0.01)
    assert found.normal.evidence == pytest.approx(found.normal.negative, rel=0.01)
    assert found.normal.negative == pytest.approx(30, rel=0.05)


def _minutes_until_found(detector: Detector, calm_brand, p_negative: float) -> float:
    state, start = calm_brand()
    traffic = MadeUp(41)
    burst = [traffic.minute(start + age, negative=6) for age in range(30)]
    said = [
        [m._replace(p_negative=p_negative) if m.p_negative > 0.5 else m for m in minute]
        for minute in burst
    ]
    opened = [a for a in feed(detector, state, said) if a.kind == "negative"]
    return opened[0].at.timestamp() / 60 - start if opened else 60.0


def test_a_burst_of_sure_negatives_is_found_sooner_than_one_of_doubtful_ones(detector, calm_brand):
    sure = _minutes_until_found(detector, calm_brand, 0.97)
    doubtful = _minutes_until_found(detector, calm_brand, 0.55)
    assert sure < doubtful
