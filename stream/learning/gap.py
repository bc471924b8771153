"""Brings a history that ended a while ago up to now.

What the file does not tell is unknown, not silence: taken for silence, three days would halve what
was learned in four, and the first ordinary hours would look unusual.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stream.buzz.detector import Sighting
from stream.buzz.options import DAY, HOUR

_WEEK = 7 * DAY
_SMALL = HOUR


class UpToNow(NamedTuple):
    """A history that ends now.

    Attributes:
        sightings: by their minutes.
        weeks: by which the whole history was moved, so that it ended less than a week ago.
        repeated_days: how many of its last days stand for what was missing; 0: nothing was.
        real_until: the minute up to which the sightings are those of the history itself.
    """

    sightings: list[Sighting]
    weeks: int
    repeated_days: int
    real_until: int


def bring_up_to(now: int, sightings: Sequence[Sighting]) -> UpToNow:
    """The history, moved by whole weeks, with its last week, or days, repeated up to now.

    Args:
        now: the minute before which it is to end; later mentions are left out.
        sightings: by their minutes, at least one.
    """
    weeks = max(now - sightings[-1].minute, 0) // _WEEK
    moved = [_later(one, weeks * _WEEK) for one in sightings]
    known = [one for one in moved if one.minute < now]
    if not known or now - known[-1].minute <= _SMALL:
        return UpToNow(known, weeks, 0, now)
    last, first = known[-1].minute, known[0].minute
    days = min(max((last - first) // DAY, 1), 7)
    tail = [one for one in known if one.minute > last - days * DAY]
    for times in range(1, (now - last) // (days * DAY) + 2):
        again = (_later(one, times * days * DAY) for one in tail)
        known += [one for one in again if one.minute < now]
    return UpToNow(known, weeks, days, last)


def _later(sighting: Sighting, minutes: int) -> Sighting:
    return sighting._replace(minute=sighting.minute + minutes)
