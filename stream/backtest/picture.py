"""A picture of a history of counts: volume, alarms, labelled windows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sentiment.errors import BadbuzzError
from stream.backtest.counts import Count
from stream.backtest.labels import Window
from stream.backtest.run import Report

_COLOURS = {"negative": "tab:red", "volume": "tab:orange"}


def draw(path: Path, counts: Sequence[Count], report: Report, windows: Sequence[Window]) -> None:
    """Write the picture; its format is that of the file's name.

    Raises:
        BadbuzzError: matplotlib is not installed, or the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - only the picture needs it
    except ModuleNotFoundError:
        raise BadbuzzError(
            "--picture needs matplotlib, which is not installed: pip install matplotlib, or leave "
            "--picture out."
        ) from None
    figure = Figure(figsize=(14, 4), layout="constrained")
    axes: Any = figure.subplots()  # its stubs know nothing of times
    times = [_naive(count.at) for count in counts]
    axes.plot(times, [count.value for count in counts], linewidth=0.6, label="mentions")
    if counts[0].negative is not None:
        axes.plot(times, [count.negative or 0 for count in counts], linewidth=0.6, color="tab:red",
                  label="negative")  # fmt: skip
    axes.set_yscale("symlog", linthresh=10)
    for start, end in windows:
        axes.axvspan(_naive(start), _naive(end), color="tab:green", alpha=0.15)
    for alarm in report.alarms:
        axes.axvline(
            _naive(alarm.at),
            color=_COLOURS[alarm.alert.kind],
            linewidth=1,
            linestyle="--",
        )
    axes.set_title("Mentions; dashed: alarms (orange volume, red negative); green: labelled")
    axes.legend(loc="upper right")
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise BadbuzzError(f"{path}: the picture cannot be written: {error}") from error


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
