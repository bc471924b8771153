"""Labelled windows, and how well alarms meet them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stream.backtest.counts import HistoryError

_ONE = timedelta(hours=1)
"""Alarms of one hour count as one."""
_WARMUP = 0.15
"""Part of the series in which an alarm outside of windows is not held against the detector."""

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Detection:
    """A labelled window and its first alarm, if it had one."""

    window: Window
    at: datetime | None

    @property
    def delay_minutes(self) -> float | None:
        """From the start of the window to the alarm."""
        return (self.at - self.window[0]).total_seconds() / 60 if self.at else None


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
        """Clusters of alarms outside of all windows, a week."""
        return len(self.false_alarms) / self.weeks if self.weeks else 0.0


def read_labels(labels: Path, history: Path) -> list[Window]:
    """The windows of a file in the format of the Numenta Anomaly Benchmark.

    That is one JSON object: file name to a list of [start, end]. A folder in the name is ignored.

    Raises:
        HistoryError: the file is something else, or does not name `history`.
    """
    try:
        by_name = {Path(name).name: value for name, value in json.loads(labels.read_text()).items()}
        return [(_utc(start), _utc(end)) for start, end in by_name[history.name]]
    except KeyError:
        raise HistoryError(
            f"{labels}: expected windows for {history.name}, got {', '.join(by_name)}."
        ) from None
    except (ValueError, AttributeError, TypeError) as error:
        raise HistoryError(
            f'{labels}: expected {{"{history.name}": [[start, end], ...]}} with ISO times: {error}.'
        ) from None


def score(
    alarms: Sequence[datetime], windows: Sequence[Window], first: datetime, last: datetime
) -> Score:
    """Compare alarms with windows.

    Args:
        alarms: times, ascending.
        windows: labelled.
        first: time of the first row; the first 15 % are for warm-up.
        last: time of the last row.
    """
    times = [_aware(at) for at in alarms]
    start = _aware(first) + (_aware(last) - _aware(first)) * _WARMUP
    detections = [
        Detection(window, next((at for at in times if window[0] <= at <= window[1]), None))
        for window in windows
    ]
    outside = [at for at in times if at >= start and not any(w[0] <= at <= w[1] for w in windows)]
    weeks = (_aware(last) - start) / timedelta(weeks=1)
    return Score(detections, _clusters(outside), weeks)


def _clusters(times: list[datetime]) -> list[datetime]:
    return [at for place, at in enumerate(times) if not place or at - times[place - 1] > _ONE]


def _utc(text: str) -> datetime:
    return _aware(datetime.fromisoformat(text))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
