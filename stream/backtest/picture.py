"""A picture of a history: mentions, negatives, known crises and alarms, a panel a brand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sentiment.errors import BadbuzzError
from stream.backtest.counts import Count, interval_minutes
from stream.backtest.labels import Window
from stream.buzz.detector import Sighting

MOST_PANELS = 12
_MENTIONS, _NEGATIVE, _NOTIFIES, _SHOWN = "#94a3b8", "#ef4444", "#7c2d12", "#f59e0b"
_MANY = 20
"""Where the largest count is so many times the mean, the scale is logarithmic."""


@dataclass
class Panel:
    """What is drawn of one brand.

    Attributes:
        name: of the brand.
        minutes: of a bar.
        bars: mentions and negatives by start.
        alarms: times, and whether they notify.
        windows: known crises.
        ambiguous: times that count neither way.
    """

    name: str
    minutes: int = 60
    bars: dict[datetime, tuple[int, int]] = field(default_factory=dict)
    alarms: list[tuple[datetime, bool]] = field(default_factory=list)
    windows: Sequence[Window] = ()
    ambiguous: Sequence[Window] = ()

    def add(self, minute: int, count: int, negative: int) -> None:
        """Count mentions of a minute (since 1970)."""
        start = datetime.fromtimestamp(minute // self.minutes * self.minutes * 60, UTC)
        before = self.bars.get(start, (0, 0))
        self.bars[start] = before[0] + count, before[1] + negative


def panel_of_counts(counts: Sequence[Count]) -> Panel:
    """A history of counts, a bar a row."""
    panel = Panel("", interval_minutes(list(counts)))
    for count in counts:
        panel.add(count.minute, count.value, count.negative or 0)
    return panel


def panels_of_tweets(tweets: Iterable[tuple[str, Sighting]]) -> dict[str, Panel]:
    """Hours of tweets, by brand; the brands with most mentions."""
    panels: dict[str, Panel] = {}
    for brand, sighting in tweets:
        panel = panels.get(brand) or panels.setdefault(brand, Panel(brand))
        panel.add(sighting.minute, 1, int((sighting.p_negative or 0.0) > 0.5))
    sizes = {
        brand: sum(count for count, _ in panel.bars.values()) for brand, panel in panels.items()
    }
    largest = sorted(sizes, key=lambda brand: (-sizes[brand], brand))[:MOST_PANELS]
    return {brand: panels[brand] for brand in sorted(largest)}


def draw(path: Path, panels: Sequence[Panel], title: str = "") -> None:
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
    figure = Figure(figsize=(12, 0.6 + 1.9 * max(len(panels), 1)), layout="constrained")
    for axes, panel in zip(
        figure.subplots(len(panels), 1, squeeze=False)[:, 0], panels, strict=True
    ):
        _draw(axes, panel)
    figure.suptitle(
        f"{title}mentions (grey), negative ones (red); green: known crises, yellow: ambiguous; "
        "lines: alarms that notify, dashed: others",
        fontsize=9,
    )
    try:
        figure.savefig(path, dpi=100)
    except (OSError, ValueError) as error:
        raise BadbuzzError(f"{path}: the picture cannot be written: {error}") from error


def _draw(axes: Any, panel: Panel) -> None:
    starts, wide = list(panel.bars), timedelta(minutes=panel.minutes)
    counts = [count for count, _ in panel.bars.values()]
    axes.bar(starts, counts, wide, align="edge", color=_MENTIONS)
    axes.bar(starts, [negative for _, negative in panel.bars.values()], wide, align="edge",
             color=_NEGATIVE)  # fmt: skip
    if counts and max(counts) > _MANY * sum(counts) / len(counts):
        axes.set_yscale("symlog", linthresh=10)
    for windows, colour in ((panel.windows, "tab:green"), (panel.ambiguous, "gold")):
        for window in windows:
            axes.axvspan(window.start, window.end, color=colour, alpha=0.2)
    for at, notifies in panel.alarms:
        axes.axvline(
            at, linestyle="-" if notifies else "--", linewidth=1,
            color=_NOTIFIES if notifies else _SHOWN,
        )  # fmt: skip
    axes.set_title(panel.name, fontsize=8, loc="left", parse_math=False)
    axes.tick_params(labelsize=7)
