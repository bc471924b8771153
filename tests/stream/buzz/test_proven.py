"""The proven mode: its bets keep their bound, and it finds bursts all the same."""

import math

import numpy as np
import pytest

from sentiment.errors import SettingsError
from stream.buzz.brand import PARTS, dump_part, load_brand
from stream.buzz.detector import Detector
from stream.buzz.e_detector import BETS, Bets, Groups, factors
from stream.buzz.options import BuzzOptions
from tests.stream.buzz.made_up import MadeUp, feed, learned

OPTIONS = BuzzOptions(method="e-detector")


@pytest.fixture(scope="module")
def known():
    detector = Detector(OPTIONS)
    state, minute, alerts = learned(detector, MadeUp())
    assert alerts == []
    parts = {part: dump_part(state, part) for part in PARTS}
    return detector, lambda: load_brand("acme", parts, OPTIONS), minute


def negatives(alerts):
    return [alert for alert in alerts if alert.kind == "negative"]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("mean", [0.5, 4.0, 40.0])
def test_a_factor_has_a_mean_of_at_most_1_where_groups_are_as_large_as_declared(mean, size):
    counts = size * np.random.default_rng(1).poisson(mean / size, 400_000)
    for place in range(len(BETS)):
        values = np.array([factors(x, mean, size)[place] for x in range(counts.max() + 1)])
        found = values[counts]
        assert found.mean() < 1 + 4 * found.std() / math.sqrt(len(found))
    # Groups three times as large as declared break it.
    more = 3 * size * np.random.default_rng(2).poisson(mean / size / 3, 400_000)
    broken = np.exp((more * math.log(BETS[1]) - mean * (BETS[1] - 1)) / size)
    assert broken.mean() > 1.02


def test_the_mean_of_the_sums_grows_by_at_most_1_a_step():
    dice = np.random.default_rng(3)
    reached = []
    for _ in range(2_000):
        bets = Bets()
        for step in range(20):
            bets.follow(step, dice.poisson(3.0), 3.0, 1.0, 1e9)
        reached.append(sum(bets.sums) / len(BETS))
    assert np.mean(reached) < 20 + 4 * np.std(reached) / math.sqrt(len(reached))
    assert np.mean(reached) > 10


def test_groups_are_told_from_negatives_that_come_alone():
    dice = np.random.default_rng(4)
    alone, pairs = Groups(), Groups()
    for _ in range(500):
        alone.learn(dice.poisson(40, 8).tolist())
        pairs.learn((2 * dice.poisson(20, 8)).tolist())
    assert alone.largest < 1.15
    assert pairs.dispersion == pytest.approx(2, rel=0.08)
    assert pairs.largest > 2


def test_a_burst_opens_an_alert_that_states_its_bound(known):
    detector, fresh, start = known
    traffic = MadeUp(2)
    burst = [traffic.minute(start + age, negative=6) for age in range(40)]
    after = list(traffic.calm(6 * 60, start + 40))
    alerts = feed(detector, fresh(), burst + after)
    first, *_, last = negatives(alerts)
    assert (first.state, last.state) == ("open", "closed")
    assert first.at.timestamp() / 60 - start <= 15
    assert first.window_start.timestamp() / 60 >= start - 15
    assert first.bound.hours_between == 7 * 24 / 0.2
    assert first.bound.drift == 1.2
    assert 1 <= first.bound.group < 2
    assert [alert for alert in alerts if alert.kind == "storm"] == []


def test_the_estimated_mode_states_no_bound(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(2)
    burst = [traffic.minute(start + age, negative=6) for age in range(30)]
    first, *_ = negatives(feed(detector, state, burst))
    assert first.bound is None


def test_praise_and_a_rush_of_all_mentions_open_no_negative_alert(known):
    detector, fresh, start = known
    for factors_ in ({"positive": 8}, {"negative": 1.6, "positive": 1.6}):
        traffic = MadeUp(5)
        rush = [traffic.minute(start + age, **factors_) for age in range(90)]
        assert negatives(feed(detector, fresh(), rush)) == []


def test_nothing_is_bet_before_the_brand_is_known_nor_with_a_new_version(known):
    detector, fresh, start = known
    young, *_ = learned(detector, MadeUp(), days=1)
    assert young.closed.bets.sums == []
    state = fresh()
    feed(detector, state, MadeUp(6).calm(5, start))
    assert len(state.closed.bets.sums) == len(BETS)
    renamed = [
        [one._replace(model_version="2") for one in minute]
        for minute in MadeUp(7).calm(20, start + 5)
    ]
    feed(detector, state, renamed)
    assert state.closed.bets.sums == []


def test_after_an_alert_the_bets_start_again(known):
    detector, fresh, start = known
    state, traffic = fresh(), MadeUp(8)
    alerts = feed(detector, state, [traffic.minute(start + age, negative=6) for age in range(30)])
    assert negatives(alerts)
    calm = feed(detector, state, traffic.calm(3 * 60, start + 30))
    assert negatives(calm)[-1].state == "closed"
    assert state.closed.bets.strength(OPTIONS.steps_between) < 0.5


def test_a_drift_below_1_is_refused():
    with pytest.raises(SettingsError, match="drift"):
        BuzzOptions(drift=0.9)
