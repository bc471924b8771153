"""The bench of the proven mode follows the detector's own bets."""

import numpy as np
import pytest

from bench.crises.traffic import START
from bench.proven.__main__ import compare
from bench.proven.bursts import Burst
from bench.proven.calm import Brand, Found, follow
from bench.proven.normal import KINDS, counts
from stream.buzz.brand import new_brand
from stream.buzz.detector import Detector
from stream.buzz.e_detector import BETS, Bets
from stream.buzz.options import HOUR, BuzzOptions
from stream.buzz.proven import expected_weight

OPTIONS = BuzzOptions(method="e-detector")


def test_brands_are_learned_as_the_detector_learns_them():
    days = 3
    traffic = counts("autocorrelated", 5.0, days * 1440, [1])
    detector = Detector(OPTIONS)
    state, brand = new_brand("brand", OPTIONS), Brand.start(traffic, OPTIONS)
    found, mean = [], np.zeros(0)
    for place in range(days * 1440):
        if place % HOUR == 0:
            mean = np.append(mean, brand.hour(place)[0])
        total, called = int(traffic.total[place]), int(traffic.called[place])
        detector.count(state, START + place, total, total, called)
        detector.close_minutes(state, START + place + 1)
        found.append(OPTIONS.drift * expected_weight(state, OPTIONS))
        if place % HOUR == HOUR - 1:
            brand.learn(place + 1 - HOUR)
    # After an hour's last minute, the detector has already learned from it.
    within = [place for place in range(1440, days * 1440) if place % HOUR != HOUR - 1]
    assert mean[within] == pytest.approx(np.array(found)[within], rel=1e-3)
    assert brand.groups.largest == pytest.approx(state.memory.groups.largest, rel=0.05)


def test_the_bets_of_many_brands_are_those_of_one():
    seen, mean = np.random.default_rng(2).poisson(5.0, (1, HOUR)), np.full((1, HOUR), 5.0)
    sums, bets = np.zeros((len(BETS), 1)), Bets()
    assert follow(sums, seen.astype(float), mean, np.array([1.5]), 1e9) == 0
    for step, weight in enumerate(seen[0].tolist()):
        bets.follow(step, weight, 5.0, 1.5, 1e9)
    assert sums[:, 0] == pytest.approx(bets.sums)


def test_after_an_alarm_the_sums_of_that_brand_start_again():
    sums = np.ones((len(BETS), 2))
    seen = np.zeros((2, 3))
    seen[1, 1] = 100.0
    assert follow(sums, seen, np.ones((2, 3)), np.ones(2), 50_400.0) == 1
    assert 0 < sums[:, 1].max() < 1
    assert (sums[:, 0] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_calm_has_the_rates_that_it_states(kind):
    made = counts(kind, 20.0, 14 * 1440, [3])
    assert made.called.sum() == pytest.approx(made.rate.sum(), rel=0.03)
    assert (made.called <= made.total).all()


def test_the_bound_of_no_alarm_is_a_third_of_the_time_and_falls_with_each():
    bounds = [Found(100.0, alarms, 0.0).hours_between for alarms in range(4)]
    assert bounds[0] == pytest.approx(100 * 168 / 3.0, rel=0.01)
    assert bounds == sorted(bounds, reverse=True)


def test_a_burst_that_is_not_found_counts_as_late():
    found = [Burst(20.0, {"tail": 4, "e-detector": delay}) for delay in (5, 6, None)]
    told = compare(found)
    assert told["e-detector"] == {"found": 0.667, "median_delay_minutes": 6}
    assert told["delay_ratio"] == 1.5
