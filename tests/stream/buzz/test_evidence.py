"""A mention counts by its chance of being negative, not by the side of 0.5 it is on."""

import pytest

from stream.buzz.brand import new_brand
from stream.buzz.detector import Detector
from stream.buzz.evidence import CERTAIN, weight
from stream.buzz.judge import expected_counts, window_counts
from tests.stream.buzz.made_up import DAY, START, MadeUp, feed


def test_a_weight_is_the_chance_of_a_negative_where_three_in_ten_are():
    assert [weight(p) for p in (0.0, 0.5, 1.0)] == [0, 30, CERTAIN]
    odds = 0.8 / 0.2 * 0.3 / 0.7
    assert weight(0.8) == round(100 * odds / (1 + odds))


def test_evidence_of_plain_counts_is_the_count(detector):
    state = new_brand("acme", detector.options)
    for minute in range(START, START + DAY):
        detector.count(state, minute, 10, 10, 3)
        detector.close_minutes(state, minute + 1)
    seen, span = window_counts(state.closed, "negative", 9)
    normal = expected_counts(state, "negative", seen, span, detector.options)
    assert seen.negative == 27
    assert seen.evidence == pytest.approx(27, rel=0.01)
    assert normal.evidence == pytest.approx(normal.negative, rel=0.01)


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
