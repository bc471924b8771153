"""The bench of what comes after a crisis: the same bursts in weeks with one and without."""

import numpy as np

from bench.proven import aftermath
from bench.proven.aftermath import Burst, Weeks, summarise, weeks_of


def test_both_weeks_are_the_same_but_for_the_crisis(monkeypatch):
    steps = {}

    class Lane:
        def __init__(self):
            self.said, self.bursts = [], []
            steps[len(steps)] = self

        @classmethod
        def start(cls, name):
            return cls()

        def step(self, place, negative, other):
            self.said.append((negative, other))
            return place == 10 * 1440 + 5

        def delay(self, place, said):
            self.bursts.append((place, said.tolist()))
            return 7

    monkeypatch.setattr(aftermath, "CountLane", Lane)
    found = weeks_of(20.0, 5, [1])
    after, calm = steps.values()
    assert after.bursts == calm.bursts
    assert found.bursts == [Burst(7, 7)] * len(after.bursts)
    assert len(found.bursts) > 0
    assert (found.first, found.second) == (7, None)
    day = 1440
    assert after.said[: 10 * day] == calm.said[: 10 * day]
    assert after.said[11 * day : 24 * day] == calm.said[11 * day : 24 * day]
    hour = slice(10 * day, 10 * day + 60)
    more, usual = (np.array(lane.said[hour])[:, 0].sum() for lane in (after, calm))
    assert 7 < more / usual < 11


def test_recall_is_told_with_what_was_not_found_as_the_latest():
    weeks = [Weeks([Burst(3, 5), Burst(None, 9)], 4, None), Weeks([Burst(8, 7)], 6, 6)]
    found = summarise(weeks)
    assert found["after a crisis"]["recall"] == 0.667
    assert found["after a crisis"]["median_delay_min"] == 8
    assert found["without one"]["found"] == found["without one"]["of"] == 3
    assert found["second crisis"]["found"] == 1
    assert found["first crisis"]["from"] < 1 == found["first crisis"]["recall"]
