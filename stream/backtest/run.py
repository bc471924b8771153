"""The detector over a history: every alarm, as it would have come at the time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sentiment.alerts import BuzzAlert, at_minute
from sentiment.reasons import load_reasons
from stream.backtest.counts import Count, interval_minutes
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.options import BuzzOptions
from stream.buzz.watermark import MINUTE_MS, Mark, Watermark

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert that opened, and the time that the history gives to that moment."""

    at: datetime
    alert: BuzzAlert


@dataclass(frozen=True, slots=True)
class Report:
    """All alarms of a history, and the time it spans."""

    alarms: list[Alarm]
    first: datetime
    last: datetime


def run_counts(counts: list[Count], options: BuzzOptions) -> Report:
    """Back-test counts at the interval of their rows; a row that is missing counts as zero.

    An alarm bears the time of the row that raised it.
    """
    step = interval_minutes(counts)
    detector = Detector(replace(options, step_minutes=step, lateness_minutes=0))
    state = new_brand("history", detector.options)
    times = {count.minute // step: count.at for count in reversed(counts)}
    alarms: list[Alarm] = []
    for count in counts:
        scored, negative = (0, 0) if count.negative is None else (count.value, count.negative)
        number = count.minute // step
        alarms += _opened(detector.close_minutes(state, number * step), times, step)
        detector.count(state, count.minute, count.value, scored, negative)
    end = (counts[-1].minute // step + 1) * step
    alarms += _opened(detector.close_minutes(state, end), times, step)
    return Report(alarms, counts[0].at, counts[-1].at)


def _opened(alerts: list[BuzzAlert], times: dict[int, datetime], step: int) -> list[Alarm]:
    opened = [alert for alert in alerts if alert.state == "open"]
    return [
        Alarm(times.get(int(alert.at.timestamp() // 60) // step - 1, alert.at), alert)
        for alert in opened
    ]


def run_scored(sightings: Iterable[tuple[str, Sighting]], options: BuzzOptions) -> Report | None:
    """Back-test scored tweets, brand by brand, in the order they come; None without any.

    The watermark follows the latest tweet of all brands, as on one partition.
    """
    detector, brands = Detector(options, reasons=load_reasons()), dict[str, BrandState]()
    watermark = Watermark(options.lateness_minutes)
    alarms: list[Alarm] = []
    first = last = None
    rest = iter(sightings)
    while batch := list(islice(rest, _BATCH)):
        minutes = [sighting.minute for _, sighting in batch]
        first = min(minutes) if first is None else min(first, *minutes)
        last = max(minutes) if last is None else max(last, *minutes)
        marks = [Mark(minute, 0, (minute + 1) * MINUTE_MS - 1) for minute in minutes]
        for part, reached in watermark.runs(marks):
            _count(detector, brands, batch[part], last)
            alarms += _close(detector, brands, reached)
    if first is None or last is None:
        return None
    alarms += _close(detector, brands, last + 1)
    alarms.sort(key=lambda alarm: alarm.at)
    return Report(alarms, at_minute(first), at_minute(last))


def _count(
    detector: Detector, brands: dict[str, BrandState], batch: list[tuple[str, Sighting]], now: int
) -> None:
    by_brand: dict[str, list[Sighting]] = {}
    for brand, sighting in batch:
        by_brand.setdefault(brand, []).append(sighting)
    for brand, own in by_brand.items():
        if brand not in brands:
            brands[brand] = new_brand(brand, detector.options)
        detector.update(brands[brand], own, now)


def _close(detector: Detector, brands: dict[str, BrandState], minute: int) -> list[Alarm]:
    alerts = [alert for state in brands.values() for alert in detector.close_minutes(state, minute)]
    return [Alarm(alert.at, alert) for alert in alerts if alert.state == "open"]
