"""The lanes of the simulation: what one method makes of the same minutes."""

from types import SimpleNamespace

import pytest

from bench.crises.lanes import SIMPLE, Lane, limit_for
from bench.crises.traffic import START
from stream.buzz.detector import Sighting
from stream.buzz.share import Rates

POOL = SimpleNamespace(rates=Rates())
DAYS = 3


def sightings(place: int) -> list[Sighting]:
    """Ten mentions a minute, one in five negative; eight in ten of the last twenty minutes."""
    part = 8 if place >= DAYS * 24 * 60 - 20 else 2
    return [
        Sighting(START + place, 0.9 if n < part else 0.1, "1", 10 * place + n, "late", f"{n}")
        for n in range(10)
    ]


@pytest.mark.parametrize("name", SIMPLE)
def test_a_lane_that_records_keeps_the_scores_by_which_a_limit_is_set(name):
    lane = Lane.recording(name, POOL)
    opened = [lane.step(place, sightings(place)) for place in range(DAYS * 24 * 60)]
    assert not any(opened)
    assert max(lane.trace[-20:]) > max(lane.trace[24 * 60 : -20])
    limit = limit_for([lane.trace], per_week=7.0, warmup=24 * 60, gap=60)
    assert 0 < limit < max(lane.trace)
    watching = Lane.start(name, POOL, limit, 7.0)
    raised = [any(watching.step(place, sightings(place))) for place in range(DAYS * 24 * 60)]
    assert any(raised[-20:])
