"""A detector on a stream: its alarms, how well they meet the windows, and what they cost."""

import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.buzz.detector import About, Alarm, Detector, Sweeping, Watch
from bench.buzz.stream import Stream
from sentiment.alerts import at_minute
from stream.backtest.labels import Score, score

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Raised:
    """An alarm, and the end of the step that raised it."""

    at: datetime
    alarm: Alarm


@dataclass(frozen=True)
class Result:
    """What one setting of a detector made of one stream.

    Attributes:
        stream: on which it ran.
        raised: all alarms.
        notified: windows and false alarms by the alarms that notify.
        shown: the same by all alarms.
        cpu_s: CPU time of all steps.
    """

    stream: Stream
    raised: list[Raised]
    notified: Score
    shown: Score
    cpu_s: float

    @property
    def months(self) -> float:
        """Brand-months in which there could be false alarms."""
        return self.notified.weeks * 7 / DAYS_A_MONTH


Results = dict[Hashable, list[Result]]
"""By setting: a result for each stream."""


def run(detector: Detector, setting: Hashable, stream: Stream) -> Result:
    """One setting on one stream, from its first step to its last."""
    about = About(stream.name, stream.kind, stream.step_minutes)
    raised, spent = _walk(detector.watch(setting, about), stream)
    return _result(stream, raised, spent)


def run_all(detector: Detector, streams: Iterable[Stream]) -> Results:
    """Every setting on every stream."""
    found: Results = {}
    for stream in streams:
        settings = detector.settings(stream.kind)
        if isinstance(detector, Sweeping):
            by_setting = _sweep(detector, settings, stream)
        else:
            by_setting = {setting: run(detector, setting, stream) for setting in settings}
        for setting, result in by_setting.items():
            found.setdefault(setting, []).append(result)
    return found


def _sweep(detector: Sweeping, settings: Sequence[Any], stream: Stream) -> dict[Hashable, Result]:
    groups: dict[Hashable, list[Any]] = {}
    for setting in settings:
        groups.setdefault(setting._replace(limit=0.0), []).append(setting)
    found: dict[Hashable, Result] = {}
    for group in groups.values():
        about = About(stream.name, stream.kind, stream.step_minutes)
        raised, spent = _walk(detector.sweep(group, about), stream)
        for setting in group:
            own = [one for one in raised if one.alarm.setting == setting]
            found[setting] = _result(stream, own, spent)
    return found


def _walk(watch: Watch, stream: Stream) -> tuple[list[Raised], float]:
    raised: list[Raised] = []
    spent = 0.0
    for step in stream.steps():
        started = time.process_time()
        alarms = watch.step(step)
        spent += time.process_time() - started
        end = at_minute(step.minute + stream.step_minutes)
        raised += [Raised(end, alarm) for alarm in alarms]
    return raised, spent


def _result(stream: Stream, raised: list[Raised], spent: float) -> Result:
    notifying = [one.at for one in raised if one.alarm.notifies]
    shown = [one.at for one in raised]
    return Result(stream, raised, _judged(notifying, stream), _judged(shown, stream), spent)


def _judged(alarms: Sequence[datetime], stream: Stream) -> Score:
    return score(alarms, stream.windows, stream.first, stream.last, stream.ambiguous, stream.warmup)
