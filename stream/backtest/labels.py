"""Labelled windows, and how well alarms meet them.

A window is found if an alarm lies in it, its two ends included; the delay runs from its start. An
alarm in an ambiguous window counts neither way, and so does one in the warm-up. The others are
false; false alarms that follow each other within an hour count as one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stream.backtest.counts import HistoryError

_ONE = timedelta(hours=1)
WARMUP = 0.15
"""Part of a series that is warm-up if nothing else is said, as in the Numenta Anomaly Benchmark."""


@dataclass(frozen=True, slots=True)
class Window:
    """A labelled time, and what happened then."""

    start: datetime
    end: datetime
    what: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in the window, its ends included."""
        return self.start <= at <= self.end


@dataclass(frozen=True, slots=True)
class Detection:
    """A labelled window and its first alarm, if it had one."""

    window: Window
    at: datetime | None

    @property
    def delay_minutes(self) -> float | None:
        """From the start of the window to the alarm."""
        return (self.at - self.window.start).total_seconds() / 60 if self.at else None


@dataclass(frozen=True, slots=True)
class Score:
    """Detections, false alarms, and the weeks in which there could be some."""

    detections: list[Detection]
    false_alarms: list[datetime]
    weeks: float

    @property
    def found(self) -> int:
        """Windows with an alarm."""
        return sum(detection.at is not None for detection in self.detections)

    @property
    def false_alarms_per_week(self) -> float:
        """Clusters of false alarms a week."""
        return len(self.false_alarms) / self.weeks if self.weeks else 0.0


def read_labels(labels: Path, history: Path) -> list[Window]:
    """The windows of a file in the format of the Numenta Anomaly Benchmark.

    That is one JSON object: file name to a list of [start, end] or [start, end, what happened]. A
    folder in the name is ignored.

    Raises:
        HistoryError: the file is something else, or does not name `history`.
    """
    try:
        by_name = {Path(name).name: value for name, value in json.loads(labels.read_text()).items()}
        return [_window(*row) for row in by_name[history.name]]
    except KeyError:
        raise HistoryError(
            f"{labels}: expected windows for {history.name}, got {', '.join(by_name)}."
        ) from None
    except (ValueError, AttributeError, TypeError) as error:
        raise HistoryError(
            f'{labels}: expected {{"{history.name}": [[start, end], ...]}} with ISO times: {error}.'
        ) from None


def score(
    alarms: Sequence[datetime],
    windows: Sequence[Window],
    first: datetime,
    last: datetime,
    ambiguous: Sequence[Window] = (),
    warmup: timedelta | None = None,
) -> Score:
    """Compare alarms with windows.

    Args:
        alarms: times, ascending.
        windows: labelled.
        first: time of the first row.
        last: time of the last row.
        ambiguous: windows in which an alarm is neither right nor false.
        warmup: time from `first` in which an alarm is not false; by default 15 % of the series.
    """
    times = [_aware(at) for at in alarms]
    start = _aware(first) + ((_aware(last) - _aware(first)) * WARMUP if warmup is None else warmup)
    detections = [
        Detection(window, next((at for at in times if window.holds(at)), None))
        for window in windows
    ]
    spared = [*windows, *ambiguous]
    outside = [at for at in times if at >= start and not any(w.holds(at) for w in spared)]
    weeks = max((_aware(last) - start) / timedelta(weeks=1), 0.0)
    return Score(detections, _clusters(outside), weeks)


def _clusters(times: list[datetime]) -> list[datetime]:
    return [at for place, at in enumerate(times) if not place or at - times[place - 1] > _ONE]


def _window(start: str, end: str, what: str = "") -> Window:
    return Window(_utc(start), _utc(end), str(what))


def _utc(text: str) -> datetime:
    return _aware(datetime.fromisoformat(text))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
