"""What a chart of a brand shows: share and volume by step, beside what is usual."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from api.mentions.store import Cell, Store
from api.mentions.views import Point, Range, Series, Span
from sentiment.hours import BrandHour, Expected
from sentiment.prevalence import negative_share

HOUR = 60
SPANS: dict[Span, tuple[int, int, int]] = {
    "hour": (HOUR, 1, 5),
    "day": (24 * HOUR, 15, 30),
    "week": (7 * 24 * HOUR, HOUR, HOUR),
}
"""Minutes of a span, of its steps, and of the window of which a step tells the share."""
FEWEST = 5
"""Judged mentions that a share needs."""
_DEVIATIONS = 2.0
_CORRELATION = 0.005
"""Of whether two mentions of a window are negative, as the detector takes it."""


def series(store: Store, brand: str, span: Span, end: datetime | None, now: datetime) -> Series:
    """The steps of a span.

    Args:
        end: of the last step; None: now, or the end of what was said of the brand if that was long
            ago.
        now: the time.
    """
    length, step, window = SPANS[span]
    known = store.known(brand)
    last_said = known.last // 60_000 if known else None
    until = _end(_minute(end) if end else None, _minute(now), last_said, length, step)
    start = until - length
    cells = dict(store.counts(brand, start - window, until))
    hours = store.hours(brand, start // HOUR - 1, -(-until // HOUR))
    counted_since = store.first_minute(brand)
    first = known.first // 60_000 if known else None
    points = []
    for at in range(start, until, step):
        hour = hours.get(at // HOUR)
        uses_hour = hour is not None and step == HOUR and not _has(cells, at, step)
        is_known = first is not None and at + step > first
        if not uses_hour and (counted_since is None or at + step <= counted_since):
            is_known = False
        points.append(_point(cells, hours, at, step, window, uses_hour, is_known))
    return Series(
        brand=brand, span=span, step_minutes=step, start=_moment(start), end=_moment(until),
        first=_moment(first) if first is not None else None,
        last=_moment(last_said) if last_said is not None else None,
        points=_with_shares(points, cells, start, step, window),
    )  # fmt: skip


def _end(asked: int | None, now: int, last_said: int | None, length: int, step: int) -> int:
    if asked is None:
        asked = now
        if last_said is not None and last_said < now - length:
            asked = last_said
    return (asked // step + 1) * step


def _has(cells: dict[int, Cell], at: int, step: int) -> bool:
    return any(minute in cells for minute in range(at, at + step))


def _point(
    cells: dict[int, Cell],
    hours: dict[int, BrandHour],
    at: int,
    step: int,
    window: int,
    uses_hour: bool,
    is_known: bool,
) -> Point:
    usual = _usual(hours, at // HOUR)
    point = Point(
        at=_moment(at), mentions=None, scored=None, share=None,
        usual_mentions=usual and _usual_mentions(usual, step),
        usual_share=usual and _usual_share(usual, window),
    )  # fmt: skip
    if uses_hour:
        hour = hours[at // HOUR]
        point.mentions, point.scored = hour.mentions, hour.scored
        point.share = hour.share if hour.scored >= FEWEST else None
    elif is_known:
        found = _sum(cells, at, at + step)
        point.mentions, point.scored = found.mentions, found.scored
    return point


def _with_shares(
    points: list[Point], cells: dict[int, Cell], start: int, step: int, window: int
) -> list[Point]:
    """Estimate the share of each step that has counts, all at once."""
    of: list[tuple[Point, Cell]] = []
    for place, point in enumerate(points):
        end = start + (place + 1) * step
        found = _sum(cells, end - window, end)
        if point.mentions and point.share is None and found.scored >= FEWEST:
            of.append((point, found))
    for (point, _), share in zip(of, shares([cell for _, cell in of]), strict=True):
        point.share = share
    return points


def shares(cells: Sequence[Cell]) -> list[float]:
    """The estimated share of negatives of each cell; by labels where a version has no prior."""
    found = []
    for cell in cells:
        called = cell.negative / cell.scored
        if sum(cell.bins) < cell.scored:
            found.append(called)
        else:
            found.append(float(negative_share(np.asarray(cell.bins), called)))
    return found


def _sum(cells: dict[int, Cell], first: int, last: int) -> Cell:
    total = Cell()
    for minute in range(first, last):
        if (cell := cells.get(minute)) is not None:
            total.add(cell)
    return total


def _usual(hours: dict[int, BrandHour], hour: int) -> Expected | None:
    """Of an hour: as it was expected then, or from the hour before it."""
    here, before = hours.get(hour), hours.get(hour - 1)
    if here is not None and here.expected is not None:
        return here.expected
    return before.following if before is not None else None


def _usual_mentions(usual: Expected, step: int) -> Range:
    mean = usual.mentions * step / HOUR
    swing = _DEVIATIONS * math.sqrt(mean + usual.spread * mean**2)
    return Range(low=max(mean - swing, 0.0), mean=mean, high=mean + swing)


def _usual_share(usual: Expected, window: int) -> Range:
    share, many = usual.share, max(usual.mentions * window / HOUR, 1.0)
    effect = 1 + (many - 1) * _CORRELATION
    swing = _DEVIATIONS * math.sqrt(share * (1 - share) / many * effect)
    return Range(low=max(share - swing, 0.0), mean=share, high=min(share + swing, 1.0))


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _moment(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
