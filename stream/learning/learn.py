"""Lets the detector run over a brand's past, as a back-test does, and keeps what it learned."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from sentiment.hours import BrandHour
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting


def learn(
    brand: str,
    sightings: Iterable[Sighting],
    detector: Detector,
    now: int,
    ended: list[BrandHour] | None = None,
) -> BrandState:
    """The state of a brand after its past. Alerts that were open in it are not.

    Args:
        brand: its name.
        sightings: by their minutes.
        detector: with the error rates of the version that scored them.
        now: the minute before which all is closed.
        ended: is given the hours with mentions, in their order.
    """
    options = detector.options
    state = new_brand(brand, options)
    for minute, said in groupby(sightings, attrgetter("minute")):
        detector.close_minutes(state, minute)
        detector.update(state, said, now)
        _move_hours(state, ended)
    detector.close_minutes(state, now)
    _move_hours(state, ended)
    # An alert that is still open must open again in the stream, which notifies people.
    state.closed.alarms = new_brand(brand, options).closed.alarms
    state.closed.was_open = False
    return state


def _move_hours(state: BrandState, to: list[BrandHour] | None) -> None:
    """Nothing of the past is published by itself."""
    if to is not None:
        to += state.hours
    state.hours.clear()


def known_minutes(state: BrandState, step_minutes: int) -> int:
    """How long a brand is known."""
    return max(state.open.until - state.open.since, 0) * step_minutes
